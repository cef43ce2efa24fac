import { UsageError } from '../cli/errors.ts';
import { DEFAULT_FILL, type CheckSpec, type FillSpec } from '../config/fill-spec.ts';
import type { EntrySpec, ScopeSpec } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import { compileExpression, type Select } from '../text/expression.ts';
import { canCompress } from '../values/compression/compress.ts';
import { entryPlace } from './build-target.ts';

/** How an entry is filled, with everything compiled that is needed for each target. */
export interface PreparedFill {
  readonly fill: FillSpec;
  readonly check: PreparedCheck;
  readonly select: Select | undefined;
  /** Whether the entry itself says in which encodings it takes the answer. */
  readonly asksForEncoding: boolean;
  /** Names of the headers that the entry, or the origin, sets, in lower case. */
  readonly ownHeaders: ReadonlySet<string>;
}

/** The checks of an entry, compiled. */
export interface PreparedCheck extends Omit<CheckSpec, 'status' | 'matches' | 'jsonPath'> {
  readonly status: ReadonlySet<number> | undefined;
  readonly matches: RegExp | undefined;
  readonly jsonPath: { readonly text: string; readonly select: Select } | undefined;
}

/**
 * Prepares the entries of scopes.
 * @param originHeaders what every request carries
 * @throws UsageError naming the entry, for expressions that cannot be read and compressions that this Node lacks
 */
export async function prepareFills(
  scopes: readonly ScopeSpec[],
  originHeaders: Readonly<Record<string, string>>,
  specPath: string,
): Promise<ReadonlyMap<EntrySpec, PreparedFill>> {
  const prepared = new Map<EntrySpec, PreparedFill>();
  for (const entry of scopes.flatMap((scope) => scope.entries)) {
    const fill = entry.fill ?? DEFAULT_FILL;
    const place = entryPlace(specPath, entry);
    if (fill.compress !== undefined && !canCompress(fill.compress.type)) {
      throw new UsageError(`${place}: this version of Node cannot write ${fill.compress.type}`, {
        code: 'config.invalid',
        hint: 'Node 22.15 and later can; gzip, zlib and brotli work everywhere',
      });
    }
    const ownHeaders = new Set(
      [...Object.keys(originHeaders), ...Object.keys(entry.headers)].map((name) => name.toLowerCase()),
    );
    prepared.set(entry, {
      fill,
      select: fill.select === undefined ? undefined : await compile(fill.select, place, 'select'),
      check: await prepareCheck(fill.check, place),
      asksForEncoding: ownHeaders.has('accept-encoding'),
      ownHeaders,
    });
  }
  return prepared;
}

async function prepareCheck(check: CheckSpec, place: string): Promise<PreparedCheck> {
  return {
    ...check,
    status: check.status === undefined ? undefined : new Set(check.status),
    matches: check.matches === undefined ? undefined : new RegExp(check.matches, 'u'),
    jsonPath:
      check.jsonPath === undefined
        ? undefined
        : { text: check.jsonPath, select: await compile(check.jsonPath, place, 'check.json_path') },
  };
}

async function compile(expression: string, place: string, key: string): Promise<Select> {
  try {
    return await compileExpression(expression);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${place}: ${key} is not a JMESPath or JSONPath expression: ${escapeText(cause)}`, {
      code: 'config.invalid',
      hint: 'an expression is like results[0].id; see https://jmespath.org',
    });
  }
}
