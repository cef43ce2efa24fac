import { DecodeProblem, LimitReached, type DecodeBudget } from '../decode-budget.ts';

/** Between two looks at the clock. */
const BYTES_PER_LOOK = 256 * 1024;

/** Decompressed bytes as they come, up to the limit; what refers back finds them here. */
export class OutputBuffer {
  readonly #budget: DecodeBudget;
  #bytes: Buffer;
  #nextLook = BYTES_PER_LOOK;
  length = 0;

  constructor(budget: DecodeBudget, expected = 0) {
    this.#budget = budget;
    this.#bytes = Buffer.allocUnsafe(
      Math.max(1_024, Math.min(expected, budget.limits.maxBytes, 1024 * 1024)),
    );
  }

  /** What is there so far, not copied. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }

  /** @throws DecodeProblem where it would be more than the limit, or time is up */
  #reserve(count: number): void {
    const needed = this.length + count;
    if (needed > this.#budget.limits.maxBytes) {
      throw new LimitReached(`more than ${this.#budget.limits.maxBytes} bytes when decompressed`);
    }
    if (needed > this.#nextLook) {
      this.#nextLook = needed + BYTES_PER_LOOK;
      this.#budget.look();
    }
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(
      Math.min(Math.max(needed, this.#bytes.length * 2), this.#budget.limits.maxBytes),
    );
    grown.set(this.written);
    this.#bytes = grown;
  }

  byte(value: number): void {
    if (this.length >= this.#bytes.length || this.length >= this.#nextLook) this.#reserve(1);
    this.#bytes[this.length++] = value;
  }

  append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  fill(value: number, count: number): void {
    this.#reserve(count);
    this.#bytes.fill(value, this.length, this.length + count);
    this.length += count;
  }

  /** The byte so far back; 1 is the last one. */
  back(distance: number): number {
    return this.#bytes[this.length - distance] ?? 0;
  }

  /** Repeats what stands so far back; it may run into itself. @throws DecodeProblem where nothing stands there */
  copy(distance: number, count: number): void {
    if (distance <= 0 || distance > this.length)
      throw new DecodeProblem('it refers to bytes before its beginning');
    this.#reserve(count);
    const from = this.length - distance;
    if (distance >= count) this.#bytes.copyWithin(this.length, from, from + count);
    else
      for (let index = 0; index < count; index++)
        this.#bytes[this.length + index] = this.#bytes[from + index] ?? 0;
    this.length += count;
  }
}
