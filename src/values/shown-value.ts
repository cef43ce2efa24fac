import { decodeValue } from './decode.ts';
import { DEFAULT_LIMITS } from './decode-budget.ts';
import type { DecodedValue } from './decoded-value.ts';
import { openWarm } from './envelopes.ts';
import { excerpt, type Excerpt } from './excerpt.ts';
import type { Step } from './formats.ts';

/** A value as far as it was read. */
export interface StoredValue {
  readonly start: Buffer;
  /** Of the whole value. */
  readonly totalBytes: number;
}

/** A value with what is to be shown of it. */
export interface ShownValue {
  /** The beginning of the stored bytes. */
  readonly excerpt: Excerpt;
  /** `undefined` where the bytes are what they seem: text, JSON, an integer, or nothing known. */
  readonly decoded: DecodedValue | undefined;
  /** How much of what was decoded is shown. */
  readonly maxBytes: number;
}

/** How values are to be decoded. */
export interface DecodeRequest {
  /** `undefined` finds out, none shows the bytes. */
  readonly steps: readonly Step[] | undefined;
  /** Of the stored value, and of every decompression. */
  readonly maxDecodeBytes: number;
  readonly maxBytes: number;
  /** Milliseconds from an arbitrary start. */
  readonly nowMs: () => number;
}

/** No value is read for longer; what was read by then is shown. */
const MOST_MS = 80;

/** Decodes one value for being shown. Never throws on what a value may contain. */
export async function showValue(stored: StoredValue, request: DecodeRequest): Promise<ShownValue> {
  const { maxBytes, maxDecodeBytes, nowMs } = request;
  const cut = excerpt(stored.start, stored.totalBytes, maxBytes);
  if (request.steps?.length === 0) {
    return {
      excerpt: cut,
      decoded: { chain: [], content: { kind: 'bytes', bytes: cut.bytes }, facts: [], warnings: [] },
      maxBytes,
    };
  }
  const until = nowMs() + MOST_MS;
  const bytes = stored.start.subarray(0, maxDecodeBytes);
  const limits = { ...DEFAULT_LIMITS, maxBytes: maxDecodeBytes, expired: () => nowMs() > until };
  const read = await decodeValue(bytes, request.steps, limits);
  const found = request.steps === undefined ? withResponse(read) : read;
  const partly =
    bytes.length < stored.totalBytes && found.chain.length > 0
      ? [`only its first ${bytes.length} bytes were decoded (--max-decode)`]
      : [];
  const decoded = { ...found, warnings: [...partly, ...found.warnings] };
  return { excerpt: cut, decoded: isAsStored(found) ? undefined : decoded, maxBytes };
}

/** An envelope of `warm` as the response that it is: for people, who need not see it as JSON. */
function withResponse(found: DecodedValue): DecodedValue {
  const { chain, content } = found;
  const value = content.kind === 'json' && chain.at(-1) === 'json' ? openWarm(content.text) : undefined;
  if (value === undefined) return found;
  return { ...found, chain: [...chain.slice(0, -1), 'warm', 'json'], content: { kind: 'tree', value } };
}

function isAsStored(decoded: DecodedValue): boolean {
  const [only = 'bytes'] = decoded.chain;
  const plain = only === 'text' || only === 'json' || only === 'bytes';
  return plain && decoded.chain.length <= 1 && decoded.warnings.length === 0;
}
