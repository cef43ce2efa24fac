import { withoutPaths, type JsonPath } from '../text/json-path.ts';
import { decodeValue } from '../values/decode.ts';
import type { DecodedValue } from '../values/decoded-value.ts';
import { parseLosslessly } from '../values/serialization/json.ts';
import { treeJson } from '../values/tree-json.ts';
import { diffBytes, diffJson, diffText, type Difference } from './diff.ts';

/** How an entry compares with what `warm` would store now. */
export type Comparison =
  | { readonly kind: 'same' }
  | { readonly kind: 'different'; readonly differences: readonly Difference[] }
  | { readonly kind: 'undecodable'; readonly reason: string };

/** More differences of one entry are not shown. */
const MOST_DIFFERENCES = 3;

/**
 * Compares what is cached with what would be stored. Bytes that are equal are the same; otherwise both are
 * decoded, so that another compression, another order of names or what is to be ignored makes no difference.
 */
export async function compareValues(
  cached: Buffer,
  wanted: Buffer,
  ignore: readonly JsonPath[],
): Promise<Comparison> {
  if (cached.equals(wanted)) return { kind: 'same' };
  const [before, now] = [await decodeValue(cached), await decodeValue(wanted)];
  const [left, right] = [documentOf(before), documentOf(now)];
  if (right !== undefined && left !== undefined) {
    const differences = diffJson(
      withoutPaths(left.value, ignore),
      withoutPaths(right.value, ignore),
      MOST_DIFFERENCES,
    );
    return differences.length === 0 ? { kind: 'same' } : { kind: 'different', differences };
  }
  if (right !== undefined && before.warnings.length > 0) {
    return { kind: 'undecodable', reason: before.warnings.join('; ') };
  }
  return differentContents(before, now);
}

function differentContents(before: DecodedValue, now: DecodedValue): Comparison {
  const [left, right] = [textOf(before), textOf(now)];
  if (left !== undefined && right !== undefined) {
    return left === right ? { kind: 'same' } : { kind: 'different', differences: diffText(left, right) };
  }
  if (before.content.kind === 'bytes' && now.content.kind === 'bytes') {
    const [a, b] = [before.content.bytes, now.content.bytes];
    return a.equals(b) ? { kind: 'same' } : { kind: 'different', differences: diffBytes(a, b) };
  }
  const told = (value: DecodedValue): string =>
    value.chain.length === 0 ? 'plain bytes' : value.chain.join(' > ');
  if (before.content.kind === 'bytes') {
    return { kind: 'undecodable', reason: `it is not ${told(now)}, as the entry would be stored` };
  }
  return { kind: 'different', differences: [{ path: 'format', cached: told(before), origin: told(now) }] };
}

/** A value as a JSON document, where it is one and nothing is lost by it. */
function documentOf({ content, warnings }: DecodedValue): { readonly value: unknown } | undefined {
  if (warnings.length > 0) return undefined;
  if (content.kind === 'tree') {
    const { data, truncated } = treeJson(content.value, Number.POSITIVE_INFINITY);
    return truncated ? undefined : { value: withParsedBody(data) };
  }
  if (content.kind !== 'json') return undefined;
  const parsed = parseLosslessly(content.text);
  return parsed === undefined ? undefined : { value: withParsedBody(parsed.value) };
}

/** The body of an envelope is text with a document in it, often enough: then that is what is compared. */
function withParsedBody(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('status' in value) || !('body' in value)) return value;
  const parsed = typeof value.body === 'string' ? parseLosslessly(value.body) : undefined;
  return parsed === undefined ? value : { ...value, body: parsed.value };
}

function textOf({ content }: DecodedValue): string | undefined {
  return content.kind === 'bytes' || content.kind === 'tree' ? undefined : content.text;
}
