import type { CommandSpec } from '../cli/command.ts';

/** `cachectl layout detect`. */
export const layoutDetectSpec: CommandSpec = {
  path: ['layout', 'detect'],
  summary: 'Sample the keyspace, say which layout fits and why, and print the block to paste',
  description:
    'Looks at a sample of the keys and at the first bytes of some values, for a few seconds at most. Nothing is changed.',
  flags: [
    { name: 'sample', value: 'N', summary: 'look at so many keys at most', fallback: '10000' },
    { name: 'within', value: 'DURATION', summary: 'look no longer than this', fallback: '5s' },
  ],
  examples: [
    { line: 'cachectl layout detect', does: 'How are the keys here made?' },
    { line: 'cachectl layout detect --sample 100000 --json', does: 'A bigger sample, for a script' },
  ],
  risk: 'read',
  spec: 'optional',
  formats: ['table', 'json'],
  usesRedis: true,
  load: () => import('./run-detect.ts'),
};
