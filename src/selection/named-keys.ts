import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { escapeText } from '../keys/printable.ts';
import type { KeysFrom } from './selection.ts';

/** The longest key that Redis takes. */
const MOST_KEY_BYTES = 512 * 1024 * 1024;

/** Where a list may come from. */
export interface ListPlace {
  readonly cwd: string;
  readonly stdin: Readable;
}

/**
 * The keys of a list, as they are read: memory is that of one key and one piece of the file.
 * @throws UsageError naming the line that is none, or the file that cannot be read
 */
export async function* readKeyList(list: KeysFrom, place: ListPlace): AsyncGenerator<Buffer, void, void> {
  const name = list.path === '-' ? 'stdin' : escapeText(list.path);
  const stream = list.path === '-' ? place.stdin : createReadStream(path.resolve(place.cwd, list.path));
  try {
    let line = 0;
    for await (const piece of splitAt(stream, list.form === 'nul' ? 0 : 0x0a)) {
      line++;
      if (list.form === 'nul') yield piece;
      else {
        const key = parseLine(piece, `${name}:${line}`);
        if (key !== undefined) yield key;
      }
    }
  } catch (error) {
    if (error instanceof CachectlError) throw error;
    throw new UsageError(`the keys in ${name} cannot be read: ${fileCause(error, 'read')}`);
  }
}

/** Pieces of a stream between separators; what follows the last one is a piece where there is anything. */
export async function* splitAt(
  stream: AsyncIterable<Buffer | string>,
  separator: number,
): AsyncGenerator<Buffer, void, void> {
  let rest: Buffer[] = [];
  let restBytes = 0;
  for await (const data of stream) {
    const chunk = typeof data === 'string' ? Buffer.from(data, 'utf8') : data;
    let start = 0;
    for (let end = chunk.indexOf(separator); end !== -1; end = chunk.indexOf(separator, start)) {
      yield Buffer.concat([...rest, chunk.subarray(start, end)]);
      rest = [];
      restBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) {
      rest.push(chunk.subarray(start));
      restBytes += chunk.length - start;
      // Base64 makes a key a third longer.
      if (restBytes > 2 * MOST_KEY_BYTES) throw new UsageError('a key is longer than Redis takes');
    }
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

/**
 * The key of one line: JSON with `key` or `key_base64` (as `cachectl keys -o ndjson` prints them), otherwise
 * the line itself, without a carriage return at its end. An empty line is none.
 */
function parseLine(line: Buffer, place: string): Buffer | undefined {
  const bare = line.at(-1) === 0x0d ? line.subarray(0, -1) : line;
  if (bare.length === 0) return undefined;
  if (bare[0] !== 0x7b) return bare;
  let record: unknown;
  try {
    record = JSON.parse(bare.toString('utf8'));
  } catch {
    throw new UsageError(`${place} begins like JSON and is none`, {
      hint: 'keys that begin with { must be in JSON lines, or parted by NUL (-0)',
    });
  }
  return keyOfRecord(record, place);
}

/** @throws UsageError where the record names no key */
function keyOfRecord(record: unknown, place: string): Buffer {
  const { key, key_base64: base64 } = record as { readonly key?: unknown; readonly key_base64?: unknown };
  if (typeof key === 'string') return Buffer.from(key, 'utf8');
  if (typeof base64 === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(base64))
    return Buffer.from(base64, 'base64');
  throw new UsageError(`${place} has neither key nor key_base64`);
}
