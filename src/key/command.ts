import { ADDRESS_FLAGS } from '../cli/address-flags.ts';
import type { CommandSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { QUOTED_INPUT_FLAG } from '../cli/shared-flags.ts';

/** `cachectl key explain`. */
export const keyExplainSpec: CommandSpec = {
  path: ['key', 'explain'],
  summary: 'Take a physical key apart: layout, prefix, version, what it is',
  description:
    'Reads the key by the layout of the spec file or of --layout, and where neither fits by what the frameworks ' +
    'write into their keys. Asks no server.',
  args: [{ name: 'KEY', summary: 'a key as Redis has it', required: true, repeatable: true }],
  flags: [...LAYOUT_FLAGS, QUOTED_INPUT_FLAG],
  examples: [
    {
      line: 'cachectl key explain shop:2:template.cache.sidebar.d41d8cd98f00b204e9800998ecf8427e',
      does: 'What is this?',
    },
    { line: 'cachectl key explain :1:user:42 --json', does: 'For a script' },
  ],
  risk: 'read',
  spec: 'optional',
  formats: ['table', 'json'],
  usesRedis: false,
  load: () => import('./run-explain.ts'),
};

/** `cachectl key for`. */
export const keyForSpec: CommandSpec = {
  path: ['key', 'for'],
  summary: 'Print the physical keys of a logical key or a framework address, one a line',
  description:
    'Where releases of a framework compute a key differently, each of them has its line. Redis is only asked where the ' +
    'address needs it: pages with --header, and whatever is found by pattern or by tag. A key with bytes that do not ' +
    'print is in double quotes with escapes, as redis-cli prints and reads it.',
  args: [{ name: 'KEY', summary: 'a key as the application names it', repeatable: true }],
  flags: [...ADDRESS_FLAGS, ...LAYOUT_FLAGS, QUOTED_INPUT_FLAG],
  examples: [
    {
      line: 'cachectl key for --django-fragment sidebar --vary bob --vary 7',
      does: "A fragment's key",
    },
    { line: 'cachectl key for user:42', does: 'What user:42 is called in Redis' },
    {
      line: 'cachectl key for --rails-key \'["user", 1]\' --layout rails:namespace=shop',
      does: 'A composite key',
    },
  ],
  risk: 'read',
  spec: 'optional',
  formats: ['table', 'json', 'ndjson'],
  usesRedis: true,
  load: () => import('./run-for.ts'),
};
