import { createHash } from 'node:crypto';

/**
 * A backup file: eight bytes of magic, then frames. A frame is
 *
 *     sync        8 bytes   the same in every frame: where one is broken, the next is found by it
 *     kind        1         header, keys or end
 *     sequence    u32       0 for the header
 *     keysBefore  u64       keys in all frames before this one: what is missing can be told in keys
 *     keys        u32       keys in this frame
 *     packed      u32       bytes of the payload as it stands in the file, deflated
 *     raw         u32       bytes of the payload, inflated
 *     headSum     8 bytes   SHA-256, cut, of what stands before, without sync
 *     bodySum     16 bytes  SHA-256, cut, of the payload as it stands in the file
 *
 * and the payload: JSON for header and end, records for keys. Numbers are big-endian. The head has a sum of its
 * own, so that a flipped bit in a payload still leaves its length and its number of keys known.
 */
export const MAGIC: Buffer = Buffer.from('CACHECTL', 'latin1');
/** Not valid UTF-8, and not the beginning of a deflate stream. */
export const SYNC: Buffer = Buffer.from([0xf5, 0xfe, 0x43, 0x43, 0x46, 0x31, 0xff, 0xc0]);
/** Bytes before a frame's payload. */
export const HEAD_BYTES = 8 + 1 + 4 + 8 + 4 + 4 + 4 + 8 + 16;

const KINDS = ['header', 'keys', 'end'] as const;

/** What stands in front of a payload. */
export interface FrameHead {
  readonly kind: (typeof KINDS)[number];
  readonly sequence: number;
  readonly keysBefore: number;
  readonly keys: number;
  readonly packedBytes: number;
  readonly rawBytes: number;
}

/** A key as it was. */
export interface BackupRecord {
  readonly key: Buffer;
  /** As TYPE answers. */
  readonly type: string;
  /** Milliseconds since the epoch; `undefined` where it never expires. */
  readonly expiresAtMs: number | undefined;
  /** What DUMP gave: version and checksum included, for RESTORE. */
  readonly dump: Buffer;
}

/** A frame's head with its two sums. */
export function encodeHead(head: FrameHead, packed: Buffer): Buffer {
  const bytes = Buffer.alloc(HEAD_BYTES);
  SYNC.copy(bytes);
  bytes.writeUInt8(KINDS.indexOf(head.kind), 8);
  bytes.writeUInt32BE(head.sequence, 9);
  bytes.writeBigUInt64BE(BigInt(head.keysBefore), 13);
  bytes.writeUInt32BE(head.keys, 21);
  bytes.writeUInt32BE(head.packedBytes, 25);
  bytes.writeUInt32BE(head.rawBytes, 29);
  sum(bytes.subarray(8, 33), 8).copy(bytes, 33);
  sum(packed, 16).copy(bytes, 41);
  return bytes;
}

/** A head as read; `undefined` where it is not whole. `bodySum` is what the payload must have. */
export function decodeHead(
  bytes: Buffer,
): { readonly head: FrameHead; readonly bodySum: Buffer } | undefined {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, 8).equals(SYNC)) return undefined;
  if (!sum(bytes.subarray(8, 33), 8).equals(bytes.subarray(33, 41))) return undefined;
  const kind = KINDS[bytes.readUInt8(8)];
  if (kind === undefined) return undefined;
  return {
    head: {
      kind,
      sequence: bytes.readUInt32BE(9),
      keysBefore: Number(bytes.readBigUInt64BE(13)),
      keys: bytes.readUInt32BE(21),
      packedBytes: bytes.readUInt32BE(25),
      rawBytes: bytes.readUInt32BE(29),
    },
    bodySum: bytes.subarray(41, 57),
  };
}

/** The sum of a payload as it stands in the file. */
export function bodySum(packed: Buffer): Buffer {
  return sum(packed, 16);
}

function sum(bytes: Buffer, length: number): Buffer {
  return createHash('sha256').update(bytes).digest().subarray(0, length);
}

/** Records one behind the other: length and key, length and type, expiry (0 for none), length and dump. */
export function encodeRecords(records: readonly BackupRecord[]): Buffer {
  const parts: Buffer[] = [];
  for (const { key, type, expiresAtMs, dump } of records) {
    const typeName = Buffer.from(type, 'utf8');
    const head = Buffer.alloc(17);
    head.writeUInt32BE(key.length, 0);
    head.writeUInt8(typeName.length, 4);
    head.writeBigUInt64BE(BigInt(expiresAtMs ?? 0), 5);
    head.writeUInt32BE(dump.length, 13);
    parts.push(head, key, typeName, dump);
  }
  return Buffer.concat(parts);
}

/** @throws RangeError where the payload is not what its head says */
export function decodeRecords(payload: Buffer, keys: number): readonly BackupRecord[] {
  const records: BackupRecord[] = [];
  let at = 0;
  while (records.length < keys) {
    const keyEnd = at + 17 + payload.readUInt32BE(at);
    const typeEnd = keyEnd + payload.readUInt8(at + 4);
    const expiry = Number(payload.readBigUInt64BE(at + 5));
    const end = typeEnd + payload.readUInt32BE(at + 13);
    if (end > payload.length) throw new RangeError('a record is longer than its frame');
    records.push({
      key: payload.subarray(at + 17, keyEnd),
      type: payload.toString('utf8', keyEnd, typeEnd),
      expiresAtMs: expiry === 0 ? undefined : expiry,
      dump: payload.subarray(typeEnd, end),
    });
    at = end;
  }
  return records;
}
