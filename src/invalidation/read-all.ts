import { createReadStream } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { UsageError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import type { Host } from '../host.ts';
import { decodeUtf8, escapeText } from '../keys/printable.ts';

/**
 * A small file, or stdin for `-`, as text.
 * @throws UsageError where it cannot be read, is too large or no UTF-8; the reason of the abort
 */
export async function readAll(
  from: string,
  options: {
    readonly host: Pick<Host, 'stdin' | 'cwd'>;
    readonly signal: AbortSignal;
    readonly maxBytes: number;
    readonly flag: string;
  },
): Promise<string> {
  const { host, signal, maxBytes, flag } = options;
  const place = from === '-' ? 'stdin' : escapeText(from);
  const stream: Readable = from === '-' ? host.stdin : createReadStream(path.resolve(host.cwd, from));
  // A terminal nobody types at would wait for ever.
  const onAbort = (): void => void stream.destroy();
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const piece of stream as AsyncIterable<Buffer | string>) {
      const chunk = Buffer.from(piece);
      chunks.push(chunk);
      length += chunk.length;
      if (length > maxBytes) throw new UsageError(`${flag}: ${place} has more than ${maxBytes} bytes`);
    }
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof UsageError) throw error;
    throw new UsageError(`${flag}: ${place} cannot be read: ${fileCause(error, 'read')}`);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
  const text = decodeUtf8(Buffer.concat(chunks));
  if (text === undefined) throw new UsageError(`${flag}: ${place} is not UTF-8`);
  return text;
}
