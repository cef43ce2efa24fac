/** Sizes are rounded up to whole pieces of this, in bytes, so that what one batch leaves is enough for the next. */
const PIECE = 32 * 1_024;
/** A longer one is not kept: a batch of huge values must not hold its memory until the end. */
const LONGEST_KEPT = 1_024 * 1_024;
/** More are hardly ever under way at once. */
const MOST_KEPT = 8;

/** Memory for requests that is used again: what is thrown away with each of them would wait for the collector. */
export class Rooms {
  #free: Buffer[] = [];

  /** Memory of at least so many bytes, with anything in it. */
  take(size: number): Buffer {
    const free = this.#free.pop();
    if (free !== undefined && free.length >= size) return free;
    return Buffer.allocUnsafeSlow(Math.ceil(size / PIECE) * PIECE);
  }

  /** Nobody reads it any more. */
  giveBack(room: Buffer): void {
    if (room.length <= LONGEST_KEPT && this.#free.length < MOST_KEPT) this.#free.push(room);
  }
}
