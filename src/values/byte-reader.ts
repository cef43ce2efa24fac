import { DecodeProblem } from './decode-budget.ts';

/** Bytes read from front to back; reading past the end is a problem of the data. */
export class ByteReader {
  readonly bytes: Buffer;
  position: number;

  constructor(bytes: Uint8Array, position = 0) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.position = position;
  }

  get left(): number {
    return this.bytes.length - this.position;
  }

  /** Goes so many bytes further; gives where they start. @throws DecodeProblem at the end */
  #advance(count: number): number {
    if (count < 0 || count > this.left)
      throw new DecodeProblem(`ends too early, at byte ${this.bytes.length}`);
    const start = this.position;
    this.position += count;
    return start;
  }

  /** The next bytes, not copied. */
  take(count: number): Buffer {
    const start = this.#advance(count);
    return this.bytes.subarray(start, start + count);
  }

  peek(): number | undefined {
    return this.bytes[this.position];
  }

  u8(): number {
    return this.bytes.readUInt8(this.#advance(1));
  }

  i8(): number {
    return this.bytes.readInt8(this.#advance(1));
  }

  u16le(): number {
    return this.bytes.readUInt16LE(this.#advance(2));
  }

  u24le(): number {
    return this.bytes.readUIntLE(this.#advance(3), 3);
  }

  u32le(): number {
    return this.bytes.readUInt32LE(this.#advance(4));
  }

  i32le(): number {
    return this.bytes.readInt32LE(this.#advance(4));
  }

  u64le(): bigint {
    return this.bytes.readBigUInt64LE(this.#advance(8));
  }

  u16be(): number {
    return this.bytes.readUInt16BE(this.#advance(2));
  }

  i16be(): number {
    return this.bytes.readInt16BE(this.#advance(2));
  }

  u32be(): number {
    return this.bytes.readUInt32BE(this.#advance(4));
  }

  i32be(): number {
    return this.bytes.readInt32BE(this.#advance(4));
  }

  u64be(): bigint {
    return this.bytes.readBigUInt64BE(this.#advance(8));
  }

  i64be(): bigint {
    return this.bytes.readBigInt64BE(this.#advance(8));
  }

  f32be(): number {
    return this.bytes.readFloatBE(this.#advance(4));
  }

  f64be(): number {
    return this.bytes.readDoubleBE(this.#advance(8));
  }

  f64le(): number {
    return this.bytes.readDoubleLE(this.#advance(8));
  }

  /** A length in eight bytes, little-endian. @throws DecodeProblem where it is longer than anything that follows */
  length64le(): number {
    const length = this.u64le();
    if (length > BigInt(this.left)) throw new DecodeProblem(`ends too early, at byte ${this.bytes.length}`);
    return Number(length);
  }

  /** The bytes before the next byte of this value, which is passed over. */
  until(end: number): Buffer {
    const found = this.bytes.indexOf(end, this.position);
    if (found === -1) throw new DecodeProblem(`ends too early, at byte ${this.bytes.length}`);
    const taken = this.bytes.subarray(this.position, found);
    this.position = found + 1;
    return taken;
  }
}
