import type { CommandSpec } from '../cli/command.ts';
import { ADDRESS_FLAGS } from '../cli/address-flags.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { QUOTED_INPUT_FLAG } from '../cli/shared-flags.ts';

/** `cachectl inspect`. */
export const inspectSpec: CommandSpec = {
  path: ['inspect'],
  summary: 'Show what is stored under a key, and for how long',
  description:
    'Keys are logical, as the layout in the spec file says; --raw means physical ones. Looking does not change when ' +
    'a key expires; reading its value counts as a use of it, and the server counts every look in its hits and misses.',
  args: [
    {
      name: 'KEY',
      summary: 'a key to look at; on a terminal without any, you search for one and pick it',
      repeatable: true,
    },
  ],
  flags: [
    { name: 'max-bytes', value: 'SIZE', summary: 'show at most so much of a value', fallback: '4KB' },
    {
      name: 'max-items',
      value: 'N',
      summary: 'show at most so many items of a hash, list, set, sorted set or stream',
      fallback: '20',
    },
    {
      name: 'decode',
      value: 'LIST',
      summary: 'how values were stored, from the outside to the inside (zlib,pickle); none shows the bytes',
      fallback: 'found by itself',
    },
    {
      name: 'max-decode',
      value: 'SIZE',
      summary: 'read at most so much of a value to decode it, and decompress to no more',
      fallback: '16MB',
    },
    { name: 'raw-value', summary: 'write the bytes of one string to stdout, exactly as they are stored' },
    { name: 'to', value: 'FILE', dash: 'stdout', summary: 'write them to a file instead; - is stdout' },
    { name: 'no-value', summary: 'leave the value out' },
    {
      name: 'watch',
      summary:
        'follow TTL and changes until q or Ctrl-C; in a pipe, or with -o ndjson, one line for each change',
    },
    {
      name: 'interval',
      value: 'DURATION',
      summary: 'how often --watch asks, where the server announces no changes (notify-keyspace-events)',
      fallback: '1s',
    },
    QUOTED_INPUT_FLAG,
    ...ADDRESS_FLAGS,
    ...LAYOUT_FLAGS,
  ],
  examples: [
    { line: 'cachectl inspect user:42', does: 'What is in there, and for how long' },
    { line: 'cachectl inspect user:42 --json', does: 'For a script' },
    { line: 'cachectl inspect user:42 --decode none', does: 'The stored bytes as a hex dump' },
    { line: 'cachectl inspect user:42 --raw-value --to value.bin', does: 'The stored bytes in a file' },
    { line: 'cachectl inspect user:42 --watch', does: 'Follow its life and every change' },
    { line: 'cachectl inspect user:1 user:2 --no-value', does: 'Several keys, without their values' },
    {
      line: 'cachectl inspect --django-fragment sidebar --vary bob',
      does: 'A fragment of a Django template',
    },
  ],
  risk: 'read',
  spec: 'optional',
  formats: ['table', 'json', 'ndjson'],
  usesRedis: true,
  load: () => import('./run.ts'),
};
