import { COMPRESSIONS, type Compression } from './formats.ts';
import type { DecodeBudget } from './decode-budget.ts';
import { foldObject } from './known-objects.ts';
import type { PlainValue } from './plain-value.ts';

const ENCODINGS: ReadonlyMap<string, Compression> = new Map([
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['deflate', 'zlib'],
  ['br', 'brotli'],
  ['zstd', 'zstd'],
] as const);

/** A stored HTTP response with its body as the visitor sees it: without its `Content-Encoding`. */
export async function unpackHttpBody(value: PlainValue, budget: DecodeBudget): Promise<PlainValue> {
  const message = value.kind === 'object' ? foldObject(value) : value;
  if (message.kind !== 'http') return value;
  const named = message.headers.find(([name]) => name.toLowerCase() === 'content-encoding');
  const encoding = ENCODINGS.get(named?.[1].trim().toLowerCase() ?? '');
  if (encoding === undefined) return message;
  const unpack = await COMPRESSIONS[encoding]();
  const { bytes, problem } = await unpack(Buffer.from(message.body), budget);
  return problem === undefined ? { ...message, body: bytes } : message;
}
