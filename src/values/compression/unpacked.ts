import { LimitReached, problemText } from '../decode-budget.ts';
import type { OutputBuffer } from './output-buffer.ts';

/** What decompressing gave. */
export interface Unpacked {
  /** As far as it could be decompressed. */
  readonly bytes: Buffer;
  /** Why it is not all; `undefined` where it is. */
  readonly problem: string | undefined;
  /** Whether the problem is only that the rest would be too much. */
  readonly limited?: boolean;
}

/** Runs a decompressor; keeps what it wrote before it failed. */
export function unpackInto(output: OutputBuffer, decompress: () => void): Unpacked {
  try {
    decompress();
    return { bytes: output.written, problem: undefined };
  } catch (error) {
    return {
      bytes: output.written,
      problem: problemText(error),
      limited: error instanceof LimitReached,
    };
  }
}
