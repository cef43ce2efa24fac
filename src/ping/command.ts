import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';

/** `cachectl ping`. */
export const pingSpec: CommandSpec = {
  path: ['ping'],
  summary: 'Check every server of a connection: reachable, how fast, what it is, what it permits',
  description:
    'Asks every primary and replica, and every Sentinel, for its role, version and round trip, and tries each command ' +
    'that cachectl needs in a form that changes nothing. Exit 3: nobody can be reached. Exit 5: somebody cannot. ' +
    'Exit 4: a permission is missing.',
  flags: [
    {
      name: 'count',
      short: 'n',
      value: 'N',
      summary: 'round trips to measure at each server',
      fallback: '10',
    },
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl ping', does: 'Is everything there that cachectl needs?' },
    {
      line: 'cachectl ping --env production --count 100',
      does: 'A better measurement of a certain connection',
    },
    { line: 'cachectl ping --json', does: 'For a script' },
  ],
  risk: 'read',
  spec: 'optional',
  formats: ['table', 'json', 'csv', 'markdown'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
