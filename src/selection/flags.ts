import { ADDRESS_FLAGS } from '../cli/address-flags.ts';
import { inGroup, type ArgumentSpec, type FlagSpec } from '../cli/command.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { QUOTED_INPUT_FLAG, SCOPE_FLAG } from '../cli/shared-flags.ts';

/** Exact keys, the first part of the selection language. */
export const KEY_ARGUMENT: ArgumentSpec = { name: 'KEY', summary: 'a key, exactly', repeatable: true };

/** What narrows a set of keys, wherever they come from. */
export const NARROWING_FLAGS: readonly FlagSpec[] = [
  { name: 'exclude', value: 'GLOB', repeatable: true, summary: 'but not keys that match' },
  {
    name: 'regex',
    value: 'REGEX',
    summary: 'only keys in which it matches; checked here, after the pattern, in linear time',
  },
  { name: 'type', value: 'TYPE', repeatable: true, summary: 'only string, list, set, zset, hash or stream' },
  { name: 'ttl', value: 'CONDITION', summary: "only keys with this life left: none, '<5m', '>1h'" },
  { name: 'idle', value: 'CONDITION', summary: "only keys not used for this long: '>7d'" },
  { name: 'size', value: 'CONDITION', summary: "only keys that take this much memory: '>1MB'" },
  { name: 'limit', value: 'N', summary: 'at most so many keys' },
  QUOTED_INPUT_FLAG,
];

/** The selection language: what every command that works on a set of keys takes. */
export const SELECTION_FLAGS: readonly FlagSpec[] = inGroup('Which keys', [
  {
    name: 'pattern',
    short: 'p',
    value: 'GLOB',
    repeatable: true,
    summary: 'keys that match: * ? [a-z] [^a] \\; with several, those that match any',
  },
  {
    name: 'keys-from',
    value: 'FILE',
    dash: 'stdin',
    summary: 'exactly the keys in a file, one a line or as JSON lines with key or key_base64; - is stdin',
  },
  { name: 'null', short: '0', summary: 'keys are parted by NUL bytes, as find -print0 does' },
  { ...SCOPE_FLAG, summary: 'the keys that warm fills for a scope of the spec file; all is every scope' },
  { name: 'all', summary: 'every key of the layout, or of the database where it has no prefix' },
  {
    name: 'tag',
    value: 'TAG',
    repeatable: true,
    summary:
      "the keys with this tag, of cachectl's own tags (docs/tags.md); frameworks' tags have flags of their own",
  },
  {
    name: 'match',
    value: 'HOW',
    choices: ['any', 'all'],
    summary: 'of several --tag: keys with any of the tags, or with all of them',
    fallback: 'any',
  },
  ...NARROWING_FLAGS,
  ...ADDRESS_FLAGS,
  ...LAYOUT_FLAGS,
]);
