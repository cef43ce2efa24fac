import { problemText } from '../decode-budget.ts';
import type { OutputBuffer } from './output-buffer.ts';

/** What decompressing gave. */
export interface Unpacked {
  /** As far as it could be decompressed. */
  readonly bytes: Buffer;
  /** Why it is not all; `undefined` where it is. */
  readonly problem: string | undefined;
}

/** Runs a decompressor; keeps what it wrote before it failed. */
export function unpackInto(output: OutputBuffer, decompress: () => void): Unpacked {
  try {
    decompress();
    return { bytes: output.written, problem: undefined };
  } catch (error) {
    return { bytes: output.written, problem: problemText(error) };
  }
}
