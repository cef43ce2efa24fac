import type { CommandSpec } from '../cli/command.ts';

/** `cachectl stats diff`. */
export const statsDiffSpec: CommandSpec = {
  path: ['stats', 'diff'],
  summary: 'Tell what a deploy did to the cache, from a report before it and one after it',
  description:
    'Compares two reports that stats --by-prefix --save or stats --by-group --save wrote. Keys whose TTL had run ' +
    'out by the second report are told apart from keys that were written or removed.',
  args: [
    { name: 'BEFORE', summary: 'the earlier report', required: true, isFile: true },
    { name: 'AFTER', summary: 'the later report', required: true, isFile: true },
  ],
  flags: [],
  examples: [
    { line: 'cachectl stats diff before.json after.json', does: 'What changed in between' },
    { line: 'cachectl stats diff before.json after.json -o markdown', does: 'For a pull request' },
  ],
  risk: 'read',
  spec: 'none',
  formats: ['table', 'json', 'csv', 'markdown'],
  usesRedis: false,
  load: () => import('./run-diff.ts'),
};
