/** Memory is taken in pieces of this size, in bytes; a reply that needs more gets more. */
const SLAB = 128 * 1_024;

/** With less room than this, a read would come too often. */
const LEAST_ROOM = 32 * 1_024;

/**
 * The bytes that have come and are not used up. They are read straight into memory that is filled from its start
 * to its end: a buffer of its own for each read, as streams make them, is 64 KB of garbage for a few KB of reply,
 * which at thousands of replies a second is what a program's memory consists of (measured for `analyze`, whose
 * requests use their memory again as well: 75 MB at one and at two million keys, 95 to 123 before). Bytes are never written over, so that slices of them stay good for as long as somebody holds them.
 */
export class ReceiveBuffer {
  /** Told of bytes that have come. */
  onBytes: () => void = () => undefined;
  #storage: Buffer = Buffer.alloc(0);
  /** The filled part of the storage. */
  #bytes: Buffer = this.#storage;
  #start = 0;

  /** What has come; what is before `start` is used up. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  get start(): number {
    return this.#start;
  }

  /** Where the next bytes are to be written; {@link filled} says how many there were. */
  room(): Buffer {
    if (this.#storage.length - this.#bytes.length < LEAST_ROOM) this.#renew(LEAST_ROOM);
    return this.#storage.subarray(this.#bytes.length);
  }

  filled(count: number): void {
    this.#bytes = this.#storage.subarray(0, this.#bytes.length + count);
    this.onBytes();
  }

  /** Takes bytes over that were read elsewhere. */
  push(chunk: Buffer): void {
    if (this.#storage.length - this.#bytes.length < chunk.length) this.#renew(chunk.length);
    chunk.copy(this.#storage, this.#bytes.length);
    this.filled(chunk.length);
  }

  /** Twice what is there, so that a reply of many megabytes is copied twice over and not once a read. */
  #renew(room: number): void {
    const kept = this.#bytes.length - this.#start;
    const storage = Buffer.allocUnsafeSlow(Math.max(SLAB, 2 * (kept + room)));
    this.#bytes.copy(storage, 0, this.#start);
    this.#storage = storage;
    this.#bytes = storage.subarray(0, kept);
    this.#start = 0;
  }

  /** Marks so many bytes as used up. */
  consume(count: number): void {
    this.#start += count;
  }
}
