/**
 * The body of one answer. It copies what it takes, because a connection reads into the same bytes again and
 * again; a body that came in one piece, as most do, is copied once.
 */
export class BodyBuffer {
  #first: Buffer | undefined;
  #more: Buffer[] = [];
  #sizeBytes = 0;
  #keeps = true;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(bytes: Buffer, start: number, end: number): void {
    if (end <= start) return;
    this.#sizeBytes += end - start;
    if (!this.#keeps) return;
    const piece = takePiece(end - start);
    bytes.copy(piece, 0, start, end);
    if (this.#first === undefined) this.#first = piece;
    else this.#more.push(piece);
  }

  /** All of it; empty again afterwards. */
  take(): Buffer {
    const first = this.#first ?? Buffer.alloc(0);
    const body = this.#more.length === 0 ? first : Buffer.concat([first, ...this.#more]);
    this.clear();
    return body;
  }

  /** @param keeps whether the next body is kept; otherwise only its size is counted */
  clear(keeps = true): void {
    this.#keeps = keeps;
    this.#first = undefined;
    if (this.#more.length > 0) this.#more = [];
    this.#sizeBytes = 0;
  }
}

/** Bodies are cut from slabs of this size: one allocation for many of them. Node's own slabs have 8 KB. */
const SLAB_BYTES = 64 * 1024;
/** Longer ones have memory of their own, so that whoever keeps one keeps little more than it. */
const MOST_OF_SLAB = SLAB_BYTES / 8;

let slab: Buffer = Buffer.alloc(0);
let used = 0;

function takePiece(length: number): Buffer {
  if (length > MOST_OF_SLAB) return Buffer.allocUnsafeSlow(length);
  if (used + length > slab.length) {
    slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
    used = 0;
  }
  used += length;
  return slab.subarray(used - length, used);
}
