import { open, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import { encodeHead, encodeRecords, MAGIC, type BackupRecord, type FrameHead } from './format.ts';

const deflate = promisify(deflateRaw);
/** Values in a cache are often compressed already; more effort costs time and saves little. */
const LEVEL = 3;

/** What the first frame tells. */
export interface BackupHeader {
  readonly createdAtMs: number;
  /** `host:port/db`, for people. */
  readonly location: string;
  readonly selection: Readonly<Record<string, unknown>>;
}

/** A backup that is being written. */
export interface BackupWriter {
  /** Resolves once the records are on the disk itself: only then may what they hold be removed. */
  readonly add: (records: readonly BackupRecord[]) => Promise<void>;
  /** Writes the end, by which a whole file is known. */
  readonly finish: () => Promise<void>;
  readonly keys: () => number;
}

/**
 * Creates a backup file, which only this user can read. An existing file is never written over.
 * @throws UsageError where it cannot be created
 */
export async function createBackup(file: string, header: BackupHeader): Promise<BackupWriter> {
  const handle = await open(file, 'wx', 0o600).catch((error: unknown) => {
    const exists = (error as NodeJS.ErrnoException).code === 'EEXIST';
    const reason = exists ? 'it exists already' : fileCause(error, 'write');
    throw new UsageError(`the backup ${escapeText(file)} cannot be created: ${reason}`, {
      hint: exists ? 'a backup is never written over: name another file' : undefined,
    });
  });
  let sequence = 0;
  let keys = 0;
  const frame = async (kind: FrameHead['kind'], payload: Buffer, count: number): Promise<void> => {
    const packed = await deflate(payload, { level: LEVEL });
    const head = encodeHead(
      {
        kind,
        sequence,
        keysBefore: keys,
        keys: count,
        packedBytes: packed.length,
        rawBytes: payload.length,
      },
      packed,
    );
    await writeAll(handle, [head, packed], file);
    // Counted only now: what did not come to the disk is not removed, and so is not lost either.
    sequence++;
    keys += count;
  };
  await writeAll(handle, [MAGIC], file);
  await frame('header', Buffer.from(JSON.stringify({ schema: 'cachectl/backup/v1', ...header })), 0);
  await syncFolder(path.dirname(file));
  // Frames come one after the other, whoever adds at the same time.
  let last: Promise<void> = Promise.resolve();
  const queue = (work: () => Promise<void>): Promise<void> => {
    last = last.then(work);
    return last;
  };
  return {
    add: (records) =>
      records.length === 0
        ? Promise.resolve()
        : queue(() => frame('keys', encodeRecords(records), records.length)),
    finish: () =>
      queue(async () => {
        await frame('end', Buffer.from('{}'), 0);
        await handle.close();
      }),
    keys: () => keys,
  };
}

async function writeAll(handle: FileHandle, parts: readonly Buffer[], file: string): Promise<void> {
  try {
    for (const part of parts) await handle.writeFile(part);
    await handle.datasync();
  } catch (error) {
    throw new CachectlError(
      `the backup ${escapeText(file)} cannot be written: ${fileCause(error, 'write')}`,
      {
        code: 'backup.write',
        exitCode: ExitCode.partial,
        hint: 'what is not in it was not removed',
        cause: error,
      },
    );
  }
}

/** A new file is only there for certain once its folder has been written too. */
async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, 'r');
    await handle.sync().finally(() => handle.close());
  } catch {
    // Some systems know no such thing.
  }
}
