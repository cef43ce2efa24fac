/**
 * The bytes that have come and are not used up. A chunk that comes when all before it is used up is taken
 * as it is; only what continues something is copied. Bytes are never written over, so that slices of them
 * stay good for as long as somebody holds them.
 */
export class ReceiveBuffer {
  /** Where bytes are written; `bytes` is the filled part of it. */
  #storage: Buffer = Buffer.alloc(0);
  #bytes: Buffer = this.#storage;
  #start = 0;

  /** What has come; what is before `start` is used up. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get start(): number {
    return this.#start;
  }

  push(chunk: Buffer): void {
    const kept = this.#bytes.length - this.#start;
    if (kept === 0) {
      this.#storage = chunk;
      this.#bytes = chunk;
      this.#start = 0;
      return;
    }
    const filled = this.#bytes.length;
    // A chunk's own memory may be shared with others behind its end: only storage made here has room.
    if (this.#storage.length - filled >= chunk.length) {
      chunk.copy(this.#storage, filled);
      this.#bytes = this.#storage.subarray(0, filled + chunk.length);
      return;
    }
    // Twice the size each time, so that a reply of many megabytes is copied twice over and not once a chunk.
    const storage = Buffer.allocUnsafeSlow(2 * (kept + chunk.length));
    this.#bytes.copy(storage, 0, this.#start);
    chunk.copy(storage, kept);
    this.#storage = storage;
    this.#bytes = storage.subarray(0, kept + chunk.length);
    this.#start = 0;
  }

  /** Marks so many bytes as used up. */
  consume(count: number): void {
    this.#start += count;
  }
}
