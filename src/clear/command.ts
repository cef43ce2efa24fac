import type { CommandSpec } from '../cli/command.ts';
import { KEY_ARGUMENT, SELECTION_FLAGS } from '../selection/flags.ts';
import { APPLY_FLAGS, REMOVAL_FLAGS } from './flags.ts';

/** `cachectl clear`. */
export const clearSpec: CommandSpec = {
  path: ['clear'],
  summary: 'Delete keys, by name, by pattern or by framework address',
  description:
    'Keys and patterns are logical, as the layout in the spec file says; --raw means physical ones. Keys are ' +
    'found with SCAN and removed with UNLINK, so the server never stands still. On a terminal a pattern ' +
    'is asked about first; in a script it is not.',
  args: [KEY_ARGUMENT],
  flags: [
    ...SELECTION_FLAGS,
    ...REMOVAL_FLAGS,
    ...APPLY_FLAGS,
    {
      name: 'rewarm',
      summary: 'with --scope: clear and warm chunk by chunk, so that the cache is never cold',
    },
    { name: 'chunk', value: 'N', summary: 'keys to clear and warm at a time', fallback: '200' },
    {
      name: 'max-failures',
      value: 'N',
      summary: 'failures of warming after which the rest is left as it was',
      fallback: '0',
    },
    { name: 'flush', summary: 'with --all: empty the whole database with FLUSHDB ASYNC' },
  ],
  examples: [
    { line: 'cachectl clear --pattern "user:*"', does: 'After a data fix: all entries of users' },
    { line: 'cachectl clear user:42 user:43', does: 'Exactly these keys' },
    { line: 'cachectl clear --pattern "user:*" --dry-run', does: 'See what would go' },
    { line: 'cachectl clear --pattern "tenant:7:*" --backup tenant-7.bak', does: 'With a way back' },
    { line: "cachectl clear --pattern 'session:*' --ttl none --idle '>7d'", does: 'Leaked keys only' },
    {
      line: 'cachectl clear --django-view https://shop.example/products/',
      does: 'All that Django has cached of one page',
    },
    { line: 'cachectl clear --all --confirm production', does: 'Everything, in a script' },
  ],
  risk: 'destroy',
  spec: 'optional',
  formats: ['table', 'json'],
  usesRedis: true,
  isBulk: true,
  load: () => import('./run.ts'),
};
