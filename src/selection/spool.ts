import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { splitAt } from './named-keys.ts';

/** Keys that were put aside. */
export interface Spool {
  readonly keys: () => AsyncGenerator<Buffer, void, void>;
  readonly close: () => Promise<void>;
}

/** Puts keys into a temporary file that only this user can read: stdin can be read once, memory is small. */
export async function spoolKeys(keys: AsyncIterable<Buffer>): Promise<Spool> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-'));
  const file = path.join(folder, 'keys');
  const close = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(Readable.from(encode(keys)), createWriteStream(file, { mode: 0o600 }));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    // Base64, a key a line: whatever bytes a key has.
    keys: async function* () {
      for await (const line of splitAt(createReadStream(file), 0x0a))
        yield Buffer.from(line.toString('latin1'), 'base64');
    },
    close,
  };
}

async function* encode(keys: AsyncIterable<Buffer>): AsyncGenerator<string, void, void> {
  for await (const key of keys) yield `${key.toString('base64')}\n`;
}
