import type { ArgumentSpec, FlagSpec } from '../cli/command.ts';
import { LAYOUT_TYPES } from '../cli/layout-flags.ts';

/** What is looked up when Tab is pressed: names in the spec file, metrics, beginnings of keys in Redis. */
export const LOOKUPS = [
  'scopes',
  'connections',
  'namespaces',
  'tags',
  'groups',
  'events',
  'metrics',
  'topics',
  'keys',
] as const;

/** One of those. */
export type Lookup = (typeof LOOKUPS)[number];

/** What can stand in a place: a file, fixed words, something to look up, or anything. */
export type Values =
  | { readonly kind: 'file' }
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'lookup'; readonly lookup: Lookup }
  | { readonly kind: 'any' };

const ANY: Values = { kind: 'any' };
const lookup = (what: Lookup): Values => ({ kind: 'lookup', lookup: what });

/** By the name of the flag, where its placeholder says nothing. */
const BY_FLAG: Readonly<Record<string, Values>> = {
  scope: lookup('scopes'),
  env: lookup('connections'),
  tag: lookup('tags'),
  namespace: lookup('namespaces'),
  pattern: lookup('keys'),
  exclude: lookup('keys'),
  key: lookup('keys'),
  assert: lookup('metrics'),
  layout: { kind: 'words', words: LAYOUT_TYPES },
};

/** By the placeholder of a flag's value or the name of an argument. */
const BY_PLACEHOLDER: Readonly<Record<string, Values>> = {
  SCOPE: lookup('scopes'),
  CONNECTION: lookup('connections'),
  NAMESPACE: lookup('namespaces'),
  TAG: lookup('tags'),
  GROUP: lookup('groups'),
  EVENT: lookup('events'),
  KEY: lookup('keys'),
  METRIC: lookup('metrics'),
  TOPIC: lookup('topics'),
};

/** What a flag's value can be; `undefined` for a switch. */
export function valuesOf(flag: FlagSpec): Values | undefined {
  if (flag.value === undefined) return undefined;
  return byChoicesOrPlaceholder(flag.choices, flag.value) ?? BY_FLAG[flag.name] ?? ANY;
}

/** What a positional argument of a command can be. */
export function argumentValues(argument: ArgumentSpec, path: readonly string[]): Values {
  // In a family of commands about one thing, a name is that thing's.
  if (argument.name === 'NAME' && path[0] === 'namespace') return lookup('namespaces');
  if (argument.isFile === true) return { kind: 'file' };
  return byChoicesOrPlaceholder(argument.choices, argument.name) ?? ANY;
}

function byChoicesOrPlaceholder(
  choices: readonly string[] | undefined,
  placeholder: string,
): Values | undefined {
  if (choices !== undefined) return { kind: 'words', words: choices };
  // FILE.html is one, too.
  if (/^FILE\b/.test(placeholder)) return { kind: 'file' };
  return BY_PLACEHOLDER[placeholder];
}
