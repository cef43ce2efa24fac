import type { CommandSpec } from './command.ts';

/** `cachectl help`. */
export const helpSpec: CommandSpec = {
  path: ['help'],
  summary: 'Help about a command, or about patterns, exit-codes, environment or safety',
  args: [{ name: 'TOPIC', summary: 'a command or a topic', repeatable: true }],
  flags: [],
  examples: [
    { line: 'cachectl help warm', does: 'The same as cachectl warm --help' },
    { line: 'cachectl help exit-codes', does: 'What each exit code means' },
  ],
  risk: 'read',
  spec: 'none',
  formats: ['table'],
  usesRedis: false,
  load: () => import('./run-help.ts'),
};
