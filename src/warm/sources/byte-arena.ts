const PIECE_BITS = 20;
const PIECE_BYTES = 2 ** PIECE_BITS;
const IN_PIECE = PIECE_BYTES - 1;

/**
 * Byte strings one after the other, in pieces of 1 MB: a buffer that doubles would have to be there twice while
 * it does, and be half empty afterwards. None may be longer than a piece.
 */
export class ByteArena {
  /** Bytes that are taken, those that were left free at the end of a piece included; at most 2^32. */
  used = 0;
  readonly #pieces: Buffer[] = [];

  /** Appends a string. @returns its place */
  put(bytes: Uint8Array, start: number, length: number): number {
    const at = this.#reserve(length);
    copyBytes(bytes, start, length, this.#pieceOf(at), at & IN_PIECE);
    return at;
  }

  /** Whether the string at a place is the same. */
  isSame(at: number, length: number, bytes: Uint8Array, start: number): boolean {
    const piece = this.#pieceOf(at);
    const own = at & IN_PIECE;
    for (let i = 0; i < length; i++) if (piece[own + i] !== bytes[start + i]) return false;
    return true;
  }

  /** Copies the string at a place. */
  copy(at: number, length: number, to: Buffer, toStart: number): void {
    copyBytes(this.#pieceOf(at), at & IN_PIECE, length, to, toStart);
  }

  /** The string at a place, as UTF-8. */
  text(at: number, length: number): string {
    const start = at & IN_PIECE;
    return this.#pieceOf(at).toString('utf8', start, start + length);
  }

  /** Begins anew: {@link move} the strings that stay, each once and in their order, before anything is put. */
  rewind(): void {
    this.used = 0;
  }

  /** @returns the new place of a string, which is never behind its old one */
  move(from: number, length: number): number {
    const at = this.#reserve(length);
    const start = from & IN_PIECE;
    this.#pieceOf(from).copy(this.#pieceOf(at), at & IN_PIECE, start, start + length);
    return at;
  }

  #reserve(length: number): number {
    const left = PIECE_BYTES - (this.used & IN_PIECE);
    const at = length > left ? this.used + left : this.used;
    this.used = at + length;
    return at;
  }

  #pieceOf(at: number): Buffer {
    const index = at >>> PIECE_BITS;
    return (this.#pieces[index] ??= Buffer.allocUnsafeSlow(PIECE_BYTES));
  }
}

/** A loop where there are few bytes: a view of them costs more. */
function copyBytes(from: Uint8Array, start: number, length: number, to: Uint8Array, toStart: number): void {
  if (length > 128) to.set(from.subarray(start, start + length), toStart);
  else for (let i = 0; i < length; i++) to[toStart + i] = from[start + i] ?? 0;
}
