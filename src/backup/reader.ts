import type { Stats } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { inflateRaw } from 'node:zlib';
import { UsageError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { escapeText } from '../keys/printable.ts';
import {
  bodySum,
  decodeHead,
  decodeRecords,
  HEAD_BYTES,
  MAGIC,
  SYNC,
  type BackupRecord,
  type FrameHead,
} from './format.ts';

const inflate = promisify(inflateRaw);
const SEARCH_BYTES = 1024 * 1024;

/** A stretch of the file that cannot be used. */
export interface Loss {
  /** Bytes in the file: from here to before there. */
  readonly from: number;
  readonly to: number;
  /** How many keys stood in it; `undefined` where the file ends before it could say. */
  readonly keys: number | undefined;
  /** In words: `altered`, `cut off`. */
  readonly why: 'altered' | 'cut off';
}

/** What a backup file gives, piece by piece. */
export type BackupPart =
  | { readonly kind: 'keys'; readonly records: readonly BackupRecord[] }
  | { readonly kind: 'loss'; readonly loss: Loss };

/**
 * Reads a backup: all frames that are whole, and each stretch that is not. Memory is that of one frame.
 * Backups that were joined to one file are read one after the other.
 * @throws UsageError where the file cannot be read, or has no frame at all: then it is none of ours
 */
export async function* readBackup(file: string): AsyncGenerator<BackupPart, void, void> {
  const handle = await open(file, 'r').catch((error: unknown) => {
    throw new UsageError(`the backup ${escapeText(file)} cannot be read: ${fileCause(error, 'read')}`);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw noFile(file, found);
    const { size } = found;
    const magic = await read(handle, 0, MAGIC.length);
    const first = magic.equals(MAGIC) ? MAGIC.length : await findFrame(handle, 0, size);
    if (first === undefined)
      throw new UsageError(`${escapeText(file)} is no backup of cachectl`, {
        hint: 'cachectl clear --backup FILE writes them',
      });
    if (first > MAGIC.length || !magic.equals(MAGIC)) {
      yield { kind: 'loss', loss: { from: 0, to: first, keys: 0, why: 'altered' } };
    }
    yield* readFrames(handle, first, size);
  } finally {
    await handle.close();
  }
}

/** What is damaged is looked for in any place of the file, and only a file on a disk has places. */
function noFile(file: string, found: Stats): UsageError {
  const cause = found.isDirectory() ? fileCause({ code: 'EISDIR' }, 'read') : 'it is no file on a disk';
  return new UsageError(`the backup ${escapeText(file)} cannot be read: ${cause}`, {
    hint: found.isFIFO() ? 'write what the pipe gives to a file first' : undefined,
  });
}

async function* readFrames(
  handle: FileHandle,
  first: number,
  size: number,
): AsyncGenerator<BackupPart, void, void> {
  let keysSeen = 0;
  let ended = false;
  let at = first;
  /** Where a broken stretch began that is still being looked through. */
  let brokenFrom: number | undefined;
  const loss = (to: number, keysThere: number | undefined): BackupPart | undefined => {
    if (brokenFrom === undefined) return undefined;
    const from = brokenFrom;
    brokenFrom = undefined;
    return { kind: 'loss', loss: { from, to, keys: keysThere, why: to === size ? 'cut off' : 'altered' } };
  };
  while (at < size) {
    const bytes = await read(handle, at, HEAD_BYTES);
    if (ended && bytes.subarray(0, MAGIC.length).equals(MAGIC)) {
      at += MAGIC.length;
      keysSeen = 0;
      continue;
    }
    const decoded = decodeHead(bytes);
    const end = decoded === undefined ? undefined : at + HEAD_BYTES + decoded.head.packedBytes;
    if (decoded === undefined || end === undefined) {
      brokenFrom ??= at;
      at = (await findFrame(handle, at + 1, size)) ?? size;
      continue;
    }
    const { head } = decoded;
    // The head itself is whole, and so says how many keys are missing before it, unless another backup has begun.
    const isAnother = head.kind === 'header' || head.keysBefore < keysSeen;
    const missing = loss(at, isAnother ? undefined : head.keysBefore - keysSeen);
    if (missing !== undefined) yield missing;
    const records =
      end > size ? undefined : await readPayload(handle, at + HEAD_BYTES, head, decoded.bodySum);
    if (records === undefined) {
      const to = Math.min(end, size);
      const why = end > size ? 'cut off' : 'altered';
      yield { kind: 'loss', loss: { from: at, to, keys: head.keys, why } };
    } else if (records.length > 0) yield { kind: 'keys', records };
    keysSeen = head.keysBefore + head.keys;
    ended = head.kind === 'end';
    at = end;
  }
  const rest = loss(size, undefined);
  if (rest !== undefined) yield rest;
  else if (!ended) yield { kind: 'loss', loss: { from: size, to: size, keys: undefined, why: 'cut off' } };
}

async function readPayload(
  handle: FileHandle,
  at: number,
  head: FrameHead,
  sum: Buffer,
): Promise<readonly BackupRecord[] | undefined> {
  const packed = await read(handle, at, head.packedBytes);
  if (!bodySum(packed).equals(sum)) return undefined;
  if (head.kind !== 'keys') return [];
  try {
    const raw = await inflate(packed, { maxOutputLength: head.rawBytes + 1 });
    return raw.length === head.rawBytes ? decodeRecords(raw, head.keys) : undefined;
  } catch {
    return undefined;
  }
}

/** Where the next whole head stands, from `from` on. */
async function findFrame(handle: FileHandle, from: number, size: number): Promise<number | undefined> {
  for (let at = from; at < size; at += SEARCH_BYTES) {
    // A mark may lie across two stretches.
    const bytes = await read(handle, at, SEARCH_BYTES + SYNC.length - 1);
    for (let found = bytes.indexOf(SYNC); found !== -1; found = bytes.indexOf(SYNC, found + 1)) {
      if (decodeHead(await read(handle, at + found, HEAD_BYTES)) !== undefined) return at + found;
    }
  }
  return undefined;
}

/** Up to so many bytes; fewer at the end of the file. */
async function read(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let filled = 0;
  while (filled < length) {
    const { bytesRead } = await handle.read(bytes, filled, length - filled, position + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes.subarray(0, filled);
}
