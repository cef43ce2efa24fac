import type { OutputStream } from '../host.ts';

/**
 * One of the program's output streams. Writes respect back-pressure; a reader that went away
 * (`| head`) is no error: what follows is dropped, and `closed` says so.
 */
export interface TextStream {
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 where that is not known. */
  readonly width: () => number;
  readonly closed: () => boolean;
  /** Resolves once the stream can take more. */
  readonly write: (chunk: string | Uint8Array) => Promise<void>;
  /** Where libraries that draw for themselves draw. */
  readonly raw: OutputStream;
}

const CLOSED_CODES = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EIO']);

/** @throws the stream's own error, from `write`, where it is anything but a reader that went away */
export function textStream(raw: OutputStream): TextStream {
  let closed = false;
  let failure: Error | undefined;
  raw.on('error', (error: NodeJS.ErrnoException) => {
    if (CLOSED_CODES.has(error.code ?? '')) closed = true;
    else failure = error;
  });
  // A pipe to a program that has ended is closed without an error, and what is written to it then tells nobody.
  raw.on('close', () => (closed = true));
  return {
    isTerminal: raw.isTTY === true,
    width: () => raw.columns ?? 80,
    closed: () => closed,
    raw,
    write: (chunk) => {
      if (failure !== undefined) return Promise.reject(failure);
      if (closed || raw.destroyed || chunk.length === 0) return Promise.resolve();
      return new Promise((resolve) => {
        if (raw.write(chunk)) resolve();
        else {
          const done = (): void => {
            raw.off('drain', done);
            raw.off('error', done);
            raw.off('close', done);
            resolve();
          };
          raw.on('drain', done);
          raw.on('error', done);
          raw.on('close', done);
        }
      });
    },
  };
}
