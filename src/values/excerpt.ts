/** The beginning of a value: as much of it as was read and is to be shown. */
export interface Excerpt {
  readonly bytes: Buffer;
  /** Of the whole value. */
  readonly totalBytes: number;
  readonly truncated: boolean;
}

/**
 * The first bytes of a value, cut between two characters where the value is UTF-8 so far: half a
 * character would make text look like binary data.
 * @param start the value's beginning, as far as it was read
 * @param totalBytes length of the whole value, which may be more than was read
 */
export function excerpt(start: Buffer, totalBytes: number, maxBytes: number): Excerpt {
  const total = Math.max(totalBytes, start.length);
  if (total <= maxBytes && start.length === total)
    return { bytes: start, totalBytes: total, truncated: false };
  return { bytes: withoutHalfCharacter(start.subarray(0, maxBytes)), totalBytes: total, truncated: true };
}

/** Bytes without the unfinished UTF-8 sequence at their end, if there is one. Source: RFC 3629, section 3. */
function withoutHalfCharacter(bytes: Buffer): Buffer {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] ?? 0;
    if ((byte & 0b1100_0000) === 0b1000_0000) continue;
    return sequenceLength(byte) > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

function sequenceLength(leadByte: number): number {
  if (leadByte >= 0xc2 && leadByte <= 0xdf) return 2;
  if (leadByte >= 0xe0 && leadByte <= 0xef) return 3;
  if (leadByte >= 0xf0 && leadByte <= 0xf4) return 4;
  return 1;
}
