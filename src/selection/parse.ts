import { parseAddressFlags } from '../addresses/parse.ts';
import { ADDRESS_FLAGS } from '../cli/address-flags.ts';
import { UsageError } from '../cli/errors.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import type { Input } from '../cli/input.ts';
import { escapeText } from '../keys/printable.ts';
import { nearest } from '../text/nearest.ts';
import { parseIdleCondition, parseSizeCondition, parseTtlCondition } from './condition.ts';
import { compileRegex } from './regex/regex.ts';
import { hasFilter, namesSource, type Selection } from './selection.ts';

const KNOWN_TYPES = ['string', 'list', 'set', 'zset', 'hash', 'stream', 'vectorset'];

/**
 * Reads the selection flags.
 * @param options `emptyMeansAll`: no selection at all is every key, for commands that only look
 * @throws UsageError where one does not fit, or nothing is selected
 */
export function parseSelection(
  input: Input,
  options: {
    readonly verb: string;
    readonly example: string;
    readonly emptyMeansAll?: boolean;
    /** Whether `-0` parts what is written as well, and not only what `--keys-from` reads. */
    readonly writesKeys?: boolean;
  },
): Selection {
  const path = input.text('keys-from');
  if (path === undefined && options.writesKeys !== true)
    refuseIdle(input, ['null'], 'says how the keys of --keys-from FILE are parted');
  const selection: Selection = {
    keys: uniqueKeys(input.bytes(input.args)),
    keysFrom: path === undefined ? undefined : { path, form: input.on('null') ? 'nul' : 'lines' },
    patterns: globs(input, 'pattern'),
    scopes: input.texts('scope'),
    ...parseTags(input),
    addresses: parseAddressFlags(input),
    all: input.on('all'),
    excludes: globs(input, 'exclude'),
    regex: parseRegex(input.text('regex')),
    types: input.texts('type').flatMap((text) => text.split(',').map(parseType)),
    ttl: mapped(input.text('ttl'), parseTtlCondition),
    idle: mapped(input.text('idle'), parseIdleCondition),
    size: mapped(input.text('size'), parseSizeCondition),
    limit: input.wholeNumber('limit', { min: 1 }),
  };
  if (selection.all && namesSource({ ...selection, all: false })) {
    throw new UsageError('--all stands alone: it already means every key');
  }
  if (namesSource(selection) || hasFilter(selection)) return selection;
  if (options.emptyMeansAll === true) return { ...selection, all: true };
  throw new UsageError(`say what to ${options.verb}: keys, --pattern GLOB or --all`, {
    hint: `for example: ${options.example}`,
  });
}

/** Whether any selection flag or key stands on the command line. */
export function hasSelection(input: Input): boolean {
  return input.args.length > 0 || SELECTING.some((name) => input.has(name));
}

const SELECTING = [
  ...['pattern', 'keys-from', 'null', 'scope', 'tag', 'match', 'all', 'exclude', 'regex'],
  ...['type', 'ttl', 'idle', 'size', 'limit'],
  ...ADDRESS_FLAGS.map(({ name }) => name),
];

function parseTags(input: Input): Pick<Selection, 'tags' | 'tagMatch'> {
  const tags = uniqueKeys(input.bytes(input.texts('tag')));
  if (tags.some((tag) => tag.length === 0)) throw new UsageError('--tag is empty');
  const match = input.choice('match', ['any', 'all'] as const);
  if (match !== undefined && tags.length === 0) throw new UsageError('--match belongs to --tag TAG');
  return { tags, tagMatch: match ?? 'any' };
}

function mapped<Out>(text: string | undefined, parse: (text: string) => Out): Out | undefined {
  return text === undefined ? undefined : parse(text);
}

function globs(input: Input, name: 'pattern' | 'exclude'): readonly Buffer[] {
  const patterns = input.bytes(input.texts(name));
  if (patterns.some((pattern) => pattern.length === 0))
    throw new UsageError(`--${name} is empty: it would match nothing`);
  return uniqueKeys(patterns);
}

function parseRegex(source: string | undefined): Selection['regex'] {
  if (source === undefined) return undefined;
  const result = compileRegex(source);
  if (result.kind === 'regex') return result.regex;
  throw new UsageError(`--regex ${escapeText(source)}: ${result.problem}`, {
    hint: 'it takes literals, . [a-z] \\d \\w \\s ^ $ \\b ( ) | * + ? {m,n}; no backreferences, no lookaround',
  });
}

/** Modules name their types in capitals or with a dash; a plain word that is no type is a slip. */
function parseType(text: string): string {
  const type = text.trim();
  if (KNOWN_TYPES.includes(type)) return type;
  if (/^[\w-]+$/.test(type) && /[A-Z-]/.test(type)) return type;
  const guess = nearest(type, KNOWN_TYPES);
  throw new UsageError(`--type takes string, list, set, zset, hash or stream, not "${escapeText(type)}"`, {
    hint: guess === undefined ? undefined : `did you mean ${guess}?`,
  });
}

/** Each key once, in the order given. */
export function uniqueKeys(keys: readonly Buffer[]): readonly Buffer[] {
  return [...new Map(keys.map((key) => [key.toString('latin1'), key])).values()];
}
