import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { EntrySpec } from '../config/spec.ts';
import { printableKey } from '../keys/printable.ts';
import { entryPlace, targetBuilder, type BuildTarget, type TargetSettings } from './build-target.ts';
import { createExcludes, type Excludes } from './exclude.ts';
import type { Failure } from './failure.ts';
import { gather } from './gather.ts';
import type { OpenScope } from './plan.ts';
import type { KeyCheck } from './seen-keys.ts';
import type { SourceRow, Traffic, Variables } from './sources/source.ts';
import type { Target } from './target.ts';

/** What an expansion needs, and whom it tells what does not become a target. */
export interface ExpandOptions {
  readonly settings: TargetSettings;
  /** The keys of the whole run: pass the same to every scope. None where it is known that no key comes twice. */
  readonly seen: KeyCheck | undefined;
  /** A source that failed, a value that does not fit, a key that two different requests claim. */
  readonly onFailure: (failure: Failure) => void;
  /** A target that has been there before in this run. */
  readonly onMerged?: (target: Target) => void;
}

/** Targets that are expanded in one turn of the event loop, at most. */
const MOST_TOGETHER = 512;

/**
 * The targets of a scope, one at a time: `foreach` outside, `matrix` inside, within the limits of entry
 * and scope. Only a target that is yielded counts towards a limit.
 */
export async function* expandScope(
  open: OpenScope,
  options: ExpandOptions,
): AsyncGenerator<Target, void, void> {
  for await (const targets of expandBatches(open, options)) yield* targets;
}

/** The same targets in the same order, as many together as are ready. */
export async function* expandBatches(
  open: OpenScope,
  options: ExpandOptions,
): AsyncGenerator<readonly Target[], void, void> {
  let left = open.limit ?? Number.POSITIVE_INFINITY;
  const scope = open.scope.name;
  for (const { entry, source } of open.entries) {
    if (left <= 0) return;
    if (source.kind === 'failed') {
      options.onFailure({ scope, entry, url: source.url, error: source.error });
      continue;
    }
    const expansion = new EntryExpansion(open, entry, options, Math.min(left, entry.limit ?? left));
    const before = expansion.left;
    try {
      yield* expansion.batches(source.source.rows());
    } catch (error) {
      if (!(error instanceof CachectlError) || !isSourceFailure(error)) throw error;
      options.onFailure({ scope, entry, error });
    }
    // Infinite less infinite is no number.
    if (left !== Number.POSITIVE_INFINITY) left -= before - expansion.left;
  }
}

/** One entry that is being expanded. */
class EntryExpansion {
  /** Targets that may still be made. */
  left: number;
  readonly #scope: string;
  readonly #entry: EntrySpec;
  readonly #options: ExpandOptions;
  readonly #build: BuildTarget;
  readonly #excludes: Excludes | undefined;
  readonly #accepts: OpenScope['accepts'];
  readonly #lists: readonly (readonly [name: string, values: readonly string[]])[];

  constructor({ scope, accepts }: OpenScope, entry: EntrySpec, options: ExpandOptions, limit: number) {
    this.left = limit;
    this.#scope = scope.name;
    this.#accepts = accepts;
    this.#entry = entry;
    this.#options = options;
    this.#build = targetBuilder(scope.name, entry, options.settings);
    this.#excludes = createExcludes(scope, entry, options.settings.origin.baseUrl);
    this.#lists = Object.entries(entry.matrix ?? {});
  }

  async *batches(
    rows: Iterable<SourceRow> | AsyncIterable<SourceRow>,
  ): AsyncGenerator<readonly Target[], void, void> {
    if (Symbol.iterator in rows) {
      yield* this.#cut(rows);
      return;
    }
    // A page that nobody needs must not be asked for.
    for await (const ready of gather(rows, () => Math.min(MOST_TOGETHER, this.left))) {
      yield* this.#cut(ready);
      if (this.left <= 0) return;
    }
  }

  *#cut(rows: Iterable<SourceRow>): Generator<readonly Target[], void, void> {
    let batch: Target[] = [];
    let failure: { readonly error: unknown } | undefined;
    try {
      for (const row of rows) {
        this.#addRow(row, batch);
        if (this.left <= 0) break;
        if (batch.length < MOST_TOGETHER) continue;
        yield batch;
        batch = [];
      }
    } catch (error) {
      // What came before a record that cannot be read is warmed all the same.
      failure = { error };
    }
    if (batch.length > 0) yield batch;
    if (failure !== undefined) throw failure.error;
  }

  #addRow({ variables, traffic }: SourceRow, batch: Target[]): void {
    if (this.#lists.length === 0) {
      this.#add(variables, traffic, batch);
      return;
    }
    for (const combined of product(variables, this.#lists)) {
      this.#add(combined, traffic, batch);
      if (this.left <= 0) return;
    }
  }

  #add(variables: Variables, traffic: Traffic | undefined, batch: Target[]): void {
    if (this.#accepts?.(variables) === false) return;
    const target = this.#buildOrTell(variables, traffic);
    if (target === undefined || this.#excludes?.(target) === true || !isFirst(target, this.#options)) return;
    batch.push(target);
    this.left--;
  }

  #buildOrTell(variables: Variables, traffic: Traffic | undefined): Target | undefined {
    try {
      return this.#build(variables, traffic);
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      this.#options.onFailure({ scope: this.#scope, entry: this.#entry, error });
      return undefined;
    }
  }
}

/** What a source throws while it is walked: the others go on. */
function isSourceFailure({ code }: CachectlError): boolean {
  return /^(source|origin|redis)\./.test(code);
}

function* product(
  variables: Variables,
  lists: readonly (readonly [name: string, values: readonly string[]])[],
): Generator<Variables, void, void> {
  const [first, ...rest] = lists;
  if (first === undefined) {
    yield variables;
    return;
  }
  const [name, values] = first;
  for (const value of values) yield* product({ ...variables, [name]: value }, rest);
}

function isFirst(target: Target, options: ExpandOptions): boolean {
  const verdict = options.seen?.check(target) ?? { kind: 'new' };
  switch (verdict.kind) {
    case 'new':
      return true;
    case 'same':
      options.onMerged?.(target);
      return false;
    case 'conflict': {
      const { scope, entry, key, url } = target;
      options.onFailure({
        scope,
        entry,
        key,
        url,
        error: conflictError(target, verdict.entry, options.settings.specPath),
      });
      return false;
    }
  }
}

function conflictError(target: Target, other: EntrySpec, specPath: string): CachectlError {
  const places = `${entryPlace(specPath, other)} and ${entryPlace(specPath, target.entry)}`;
  const key = printableKey(Buffer.from(target.key, 'utf8'));
  return new CachectlError(`${places} both fill the key ${key}, with different requests`, {
    code: 'warm.duplicate-key',
    exitCode: ExitCode.usage,
    hint: 'give one of them another key, with what makes their requests differ in it',
  });
}
