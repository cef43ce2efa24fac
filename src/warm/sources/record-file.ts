import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import path from 'node:path';

const BUFFER_BYTES = 1024 * 1024;
const HEADER_BYTES = 14;
/** A record whose path is as long as may be fits in, and many others do. */
const READER_BYTES = 128 * 1024;

/** Files that nobody can read any more. */
const unread = new FinalizationRegistry<number>((file) => closeSync(file));

/** Some of the bytes of a {@link RecordFile}. */
export interface Segment {
  readonly start: number;
  readonly end: number;
}

/**
 * Paths and their counts in a temporary file that has no name from the beginning: whatever way the process ends,
 * nothing is left behind.
 */
export class RecordFile {
  /** Bytes so far. */
  size = 0;
  /** Where the bytes of a path are to be copied to, once it was begun. */
  readonly buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  readonly #file: number;
  #used = 0;

  /** @throws the system's error where no file can be made */
  constructor(folder: string) {
    const name = path.join(folder, `cachectl-${randomUUID()}`);
    this.#file = openSync(name, 'wx+', 0o600);
    unread.register(this, this.#file, this);
    unlinkSync(name);
  }

  /**
   * Begins a record. @returns where its bytes are to be copied to at once, in {@link buffer}
   * @throws the system's error where the file cannot be written
   */
  begin(hash: number, requests: number, first: number, length: number): number {
    if (this.#used + HEADER_BYTES + length > BUFFER_BYTES) this.flush();
    const at = this.#used;
    this.buffer.writeUInt32LE(hash, at);
    this.buffer.writeUInt32LE(requests, at + 4);
    this.buffer.writeUInt32LE(first, at + 8);
    this.buffer.writeUInt16LE(length, at + 12);
    this.#used += HEADER_BYTES + length;
    this.size += HEADER_BYTES + length;
    return at + HEADER_BYTES;
  }

  /** Writes what was begun; before anything is read. */
  flush(): void {
    for (let done = 0; done < this.#used;)
      done += writeSync(this.#file, this.buffer, done, this.#used - done);
    this.#used = 0;
  }

  /** Reads bytes of the file. @returns how many there were */
  read(to: Buffer, start: number, length: number, position: number): number {
    return readSync(this.#file, to, start, length, position);
  }

  close(): void {
    unread.unregister(this);
    closeSync(this.#file);
  }
}

/** The records of one segment, one after the other. */
export class RecordReader {
  hash = 0;
  requests = 0;
  first = 0;
  /** The bytes of the path, from {@link start} to {@link end}, until the next record. */
  readonly bytes: Buffer;
  start = 0;
  end = 0;
  readonly #file: RecordFile;
  #position: number;
  readonly #last: number;
  #filled = 0;

  constructor(file: RecordFile, segment: Segment) {
    this.#file = file;
    this.#position = segment.start;
    this.#last = segment.end;
    this.bytes = Buffer.allocUnsafeSlow(Math.min(READER_BYTES, segment.end - segment.start));
  }

  /** Goes on to the next record. @returns whether there is one */
  next(): boolean {
    const { bytes } = this;
    if (this.#filled - this.end < HEADER_BYTES && !this.#fill()) return false;
    if (this.end + HEADER_BYTES + bytes.readUInt16LE(this.end + 12) > this.#filled) this.#fill();
    const at = this.end;
    this.hash = bytes.readUInt32LE(at);
    this.requests = bytes.readUInt32LE(at + 4);
    this.first = bytes.readUInt32LE(at + 8);
    this.start = at + HEADER_BYTES;
    this.end = this.start + bytes.readUInt16LE(at + 12);
    return true;
  }

  /** Moves what was not read to the front, and reads on. @returns whether there is anything */
  #fill(): boolean {
    this.bytes.copyWithin(0, this.end, this.#filled);
    this.#filled -= this.end;
    this.end = 0;
    while (this.#filled < this.bytes.length && this.#position < this.#last) {
      const room = Math.min(this.bytes.length - this.#filled, this.#last - this.#position);
      const read = this.#file.read(this.bytes, this.#filled, room, this.#position);
      if (read === 0) throw new Error('a temporary file is shorter than what was written to it');
      this.#filled += read;
      this.#position += read;
    }
    return this.#filled > 0;
  }
}
