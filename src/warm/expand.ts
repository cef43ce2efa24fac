import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { EntrySpec } from '../config/spec.ts';
import { printableKey } from '../keys/printable.ts';
import { entryPlace, targetBuilder, type TargetSettings } from './build-target.ts';
import { createExcludes } from './exclude.ts';
import type { Failure } from './failure.ts';
import type { OpenScope } from './plan.ts';
import type { SeenKeys } from './seen-keys.ts';
import type { SourceRow, Variables } from './sources/source.ts';
import type { Target } from './target.ts';

/** What an expansion needs, and whom it tells what does not become a target. */
export interface ExpandOptions {
  readonly settings: TargetSettings;
  /** The keys of the whole run: pass the same to every scope. None where it is known that no key comes twice. */
  readonly seen: SeenKeys | undefined;
  /** A source that failed, a value that does not fit, a key that two different requests claim. */
  readonly onFailure: (failure: Failure) => void;
  /** A target that has been there before in this run. */
  readonly onMerged?: (target: Target) => void;
}

/**
 * The targets of a scope, one at a time: `foreach` outside, `matrix` inside, within the limits of entry
 * and scope. Only a target that is yielded counts towards a limit.
 */
export async function* expandScope(
  open: OpenScope,
  options: ExpandOptions,
): AsyncGenerator<Target, void, void> {
  let left = open.limit ?? Number.POSITIVE_INFINITY;
  for (const { entry, source } of open.entries) {
    if (left <= 0) return;
    const scope = open.scope.name;
    if (source.kind === 'failed') {
      options.onFailure({ scope, entry, url: source.url, error: source.error });
      continue;
    }
    const build = targetBuilder(scope, entry, options.settings);
    const excludes = createExcludes(open.scope, entry, options.settings.origin.baseUrl);
    let leftOfEntry = Math.min(left, entry.limit ?? Number.POSITIVE_INFINITY);
    try {
      for await (const { variables, traffic } of combinations(source.source.rows(), entry.matrix)) {
        if (open.accepts?.(variables) === false) continue;
        const built = buildOrTell(build, variables, scope, entry, options);
        if (built === undefined || excludes?.(built) === true || !isFirst(built, options)) continue;
        yield traffic === undefined ? built : { ...built, traffic };
        left--;
        if (--leftOfEntry <= 0) break;
      }
    } catch (error) {
      if (!(error instanceof CachectlError) || !isSourceFailure(error)) throw error;
      options.onFailure({ scope, entry, error });
    }
  }
}

/** Every value of a source with every combination of the matrix; the last list of the matrix turns fastest. */
export async function* combinations(
  rows: Iterable<SourceRow> | AsyncIterable<SourceRow>,
  matrix: Readonly<Record<string, readonly string[]>> | undefined,
): AsyncGenerator<SourceRow, void, void> {
  const lists = Object.entries(matrix ?? {});
  for await (const row of rows) {
    if (lists.length === 0) yield row;
    else for (const variables of product(row.variables, lists)) yield { ...row, variables };
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

function buildOrTell(
  build: (variables: Variables) => Target,
  variables: Variables,
  scope: string,
  entry: EntrySpec,
  options: ExpandOptions,
): Target | undefined {
  try {
    return build(variables);
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    options.onFailure({ scope, entry, error });
    return undefined;
  }
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
