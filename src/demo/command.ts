import type { CommandSpec } from '../cli/command.ts';

/** `cachectl demo`. */
export const demoSpec: CommandSpec = {
  path: ['demo'],
  summary: 'Try everything on a private Redis and a sample shop',
  description:
    'Starts a Redis server of its own and a sample shop, both on free ports of this machine, writes a spec file ' +
    'for them, runs the main commands as you would type them, and takes everything down again.',
  flags: [
    { name: 'keep', summary: 'leave both servers up until Ctrl-C' },
    {
      name: 'install',
      summary: 'install a Redis server with the system package manager where there is none',
    },
  ],
  examples: [
    { line: 'cachectl demo', does: 'The whole tour, in about half a minute' },
    { line: 'cachectl demo --keep', does: 'And then try commands of your own' },
  ],
  risk: 'read',
  spec: 'none',
  formats: ['table'],
  usesRedis: false,
  load: () => import('./run.ts'),
};
