import { decodeUtf8 } from '../../keys/printable.ts';

/**
 * Text of bytes in UTF-8, in which half a surrogate pair may stand on its own, as Python's `surrogatepass`
 * writes it; `undefined` where the bytes are no text.
 */
export function decodeWtf8(bytes: Buffer): string | undefined {
  const plain = decodeUtf8(bytes);
  if (plain !== undefined || !bytes.includes(0xed)) return plain;
  let text = '';
  let start = 0;
  for (let at = bytes.indexOf(0xed); at !== -1; at = bytes.indexOf(0xed, at + 1)) {
    const second = bytes[at + 1] ?? 0;
    const third = bytes[at + 2] ?? 0;
    if (second < 0xa0 || second > 0xbf || (third & 0xc0) !== 0x80) continue;
    const before = decodeUtf8(bytes.subarray(start, at));
    if (before === undefined) return undefined;
    text += before + String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f));
    start = at + 3;
  }
  const rest = decodeUtf8(bytes.subarray(start));
  return rest === undefined ? undefined : text + rest;
}
