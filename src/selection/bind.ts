import { resolveAddresses } from '../addresses/resolve.ts';
import type { TagMembers } from '../addresses/tag-members.ts';
import type { Context } from '../cli/context.ts';
import type { Layout } from '../keys/layout.ts';
import { commonPrefix, escapeGlob, matchesGlob } from '../keys/pattern.ts';
import { keysOfTags } from '../tags/members.ts';
import { readKeyList } from './named-keys.ts';
import { uniqueKeys } from './parse.ts';
import { EMPTY_SELECTION, namesSource, type Selection } from './selection.ts';
import type { OpenTargets } from './scope-targets.ts';
import { spoolKeys } from './spool.ts';

/** A selection in Redis' terms, tied to where its keys come from; can be walked more than once. */
export interface BoundSelection {
  readonly selection: Selection;
  readonly layout: Layout;
  /** Exact physical keys, wherever they come from; a key may come twice. */
  readonly named: () => AsyncGenerator<Buffer, void, void>;
  /** Exact physical keys that only sets in Redis know, which come after those: the key of a set itself is its last batch. */
  readonly members: readonly TagMembers[];
  /** Whether there are any exact keys, of sets or not. */
  readonly hasNamed: boolean;
  /** The glob for SCAN, where keys have to be looked for. */
  readonly glob: Buffer | undefined;
  /** What a key that SCAN gave must meet besides, without asking the server; `undefined` where nothing. */
  readonly acceptsScanned: ((physical: Buffer) => boolean) | undefined;
  /** The same for an exact key. */
  readonly acceptsNamed: ((physical: Buffer) => boolean) | undefined;
  /** The scopes among the sources, for whoever fills them again. */
  readonly scopes: OpenTargets | undefined;
  /** Removes what was put aside. */
  readonly close: () => Promise<void>;
}

/**
 * Ties a selection to its layout, files and scopes.
 * @param options `twice`: it will be walked more than once, so that what comes from stdin has to be kept
 * @throws UsageError for unknown scopes; the error of a source that does not answer
 */
export async function bindSelection(
  selection: Selection,
  context: Context,
  options: { readonly twice: boolean },
): Promise<BoundSelection> {
  const { layout, host } = context;
  const place = { cwd: host.cwd, stdin: host.stdin };
  const spool =
    selection.keysFrom?.path === '-' && options.twice
      ? await spoolKeys(readKeyList(selection.keysFrom, place))
      : undefined;
  const scopes =
    selection.scopes.length === 0
      ? undefined
      : await (await import('./scope-targets.ts')).openScopeTargets(selection.scopes, context);
  const resolved = await resolveAddresses(selection.addresses, context, layout);
  for (const note of resolved.notes) context.messages.note(note);
  const exact = uniqueKeys([
    ...selection.keys.flatMap((key) => layout.toPhysicalKeys(key)),
    ...resolved.keys,
  ]);
  const named = async function* (): AsyncGenerator<Buffer, void, void> {
    yield* exact;
    if (selection.keysFrom !== undefined) {
      const keys = spool === undefined ? readKeyList(selection.keysFrom, place) : spool.keys();
      for await (const key of keys) yield* layout.toPhysicalKeys(key);
    }
    if (scopes !== undefined) for await (const { physicalKey } of scopes.targets()) yield physicalKey;
  };
  const members =
    selection.tags.length === 0
      ? resolved.members
      : [...resolved.members, () => keysOfTags(selection.tags, selection.tagMatch, context, layout)];
  return {
    selection,
    layout,
    named,
    members,
    hasNamed:
      exact.length > 0 || selection.keysFrom !== undefined || scopes !== undefined || members.length > 0,
    ...scanPart(selection, layout, { exact, patterns: resolved.patterns }),
    acceptsNamed: allOf(narrowing(selection, layout)),
    scopes,
    close: async () => {
      await spool?.close();
      await scopes?.close();
    },
  };
}

/** Exactly these physical keys, without any condition. */
export function bindKeys(named: () => AsyncGenerator<Buffer, void, void>, layout: Layout): BoundSelection {
  return {
    selection: EMPTY_SELECTION,
    layout,
    named,
    members: [],
    hasNamed: true,
    glob: undefined,
    acceptsScanned: undefined,
    acceptsNamed: undefined,
    scopes: undefined,
    close: () => Promise.resolve(),
  };
}

type ScanPart = Pick<BoundSelection, 'glob' | 'acceptsScanned'>;

/** @param physical exact keys that are given anyhow, and the patterns that addresses mean */
function scanPart(
  selection: Selection,
  layout: Layout,
  physical: { readonly exact: readonly Buffer[]; readonly patterns: readonly Buffer[] },
): ScanPart {
  const everything = selection.all || !namesSource(selection);
  const logical = everything ? [Buffer.from('*')] : selection.patterns;
  const patterns = uniqueKeys([
    ...logical.flatMap((pattern) => layout.toPhysicalPatterns(pattern)),
    ...physical.patterns,
  ]);
  const [first, ...others] = patterns;
  if (first === undefined) return { glob: undefined, acceptsScanned: undefined };
  const tests = [...narrowing(selection, layout)];
  // A key that is named as well has been given already.
  const names = new Set(physical.exact.map((key) => key.toString('latin1')));
  if (names.size > 0) tests.push((key) => !names.has(key.toString('latin1')));
  if (others.length === 0) return { glob: first, acceptsScanned: allOf(tests) };
  // One walk for all of them: the server looks at every key for each walk, and a second one would find
  // keys that the first has given already.
  tests.unshift((key) => patterns.some((pattern) => matchesGlob(pattern, key)));
  const glob = Buffer.concat([escapeGlob(commonPrefix(patterns)), Buffer.from('*')]);
  return { glob, acceptsScanned: allOf(tests) };
}

/** The conditions that need no server, the cheaper one first. */
function narrowing(selection: Selection, layout: Layout): readonly ((key: Buffer) => boolean)[] {
  const { excludes, regex } = selection;
  const globs = excludes.flatMap((pattern) => layout.toPhysicalPatterns(pattern));
  return [
    ...(globs.length === 0 ? [] : [(key: Buffer) => !globs.some((glob) => matchesGlob(glob, key))]),
    ...(regex === undefined ? [] : [(key: Buffer) => regex.matches(layout.toLogical(key) ?? key)]),
  ];
}

function allOf(tests: readonly ((key: Buffer) => boolean)[]): ((key: Buffer) => boolean) | undefined {
  return tests.length === 0 ? undefined : (key) => tests.every((test) => test(key));
}
