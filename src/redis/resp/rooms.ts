/** Sizes are rounded up to whole pieces of this, in bytes, so that what one batch leaves is enough for the next. */
const PIECE = 32 * 1_024;

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
    this.#free.push(room);
  }
}
