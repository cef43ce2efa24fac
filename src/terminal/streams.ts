import type { OutputStream } from '../host.ts';

/**
 * One of the program's output streams. Writes respect back-pressure; a reader that went away
 * (`| head`) is no error: what follows is dropped, and `closed` says so. So it is where nothing more can be written
 * (a full disk), and `failure` says why.
 */
export interface TextStream {
  readonly isTerminal: boolean;
  /** Columns of the terminal; 80 where that is not known. */
  readonly width: () => number;
  readonly closed: () => boolean;
  /** Why not all arrived that was written, where it is not that nobody wants it; known a turn after the write. */
  readonly failure: () => NodeJS.ErrnoException | undefined;
  /** Resolves once the stream can take more. */
  readonly write: (chunk: string | Uint8Array) => Promise<void>;
  /** Where libraries that draw for themselves draw. */
  readonly raw: OutputStream;
}

const CLOSED_CODES = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ECONNRESET', 'EIO']);

/** Writes never fail: whoever wants to know asks `closed` and `failure`. */
export function textStream(raw: OutputStream): TextStream {
  let closed = false;
  let failure: NodeJS.ErrnoException | undefined;
  raw.on('error', (error: NodeJS.ErrnoException) => {
    closed = true;
    if (!CLOSED_CODES.has(error.code ?? '')) failure ??= error;
  });
  // A pipe to a program that has ended is closed without an error, and what is written to it then tells nobody.
  raw.on('close', () => (closed = true));
  return {
    isTerminal: raw.isTTY === true,
    width: () => raw.columns ?? 80,
    closed: () => closed,
    failure: () => failure,
    raw,
    write: (chunk) => {
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
