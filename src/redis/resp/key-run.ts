import { forEachArgument, type ScanReply } from './scan-reply.ts';

/**
 * The keys of one SCAN reply as they stand in its bytes: nothing is made of any of them until somebody asks.
 * It holds on to the whole reply.
 */
export class KeyRun {
  readonly bytes: Buffer;
  readonly length: number;
  /** Where SCAN goes on after these keys; `0` where they were the last. */
  readonly cursor: string;
  /** Where each key stands as a command's argument (at its `$`), where its own bytes do, and where those end. */
  readonly starts: Int32Array;
  readonly contents: Int32Array;
  readonly ends: Int32Array;

  constructor(bytes: Buffer, reply: ScanReply) {
    this.bytes = bytes;
    this.length = reply.count;
    this.cursor = reply.cursor;
    this.starts = new Int32Array(reply.count);
    this.contents = new Int32Array(reply.count);
    this.ends = new Int32Array(reply.count);
    let index = 0;
    forEachArgument(bytes, reply.keysStart, reply.count, (start, content, next) => {
      this.starts[index] = start;
      this.contents[index] = content;
      this.ends[index] = next - 2;
      index++;
    });
  }

  /** A key as a slice that holds on to the whole reply: copy what is kept. */
  key(index: number): Buffer {
    return this.bytes.subarray(this.contents[index], this.ends[index]);
  }
}
