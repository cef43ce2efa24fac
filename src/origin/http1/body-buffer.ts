/**
 * The body of one answer. It copies what it takes, because a connection reads into the same bytes again and
 * again; a body that came in one piece, as most do, is copied once.
 */
export class BodyBuffer {
  #pieces: Buffer[] = [];
  #sizeBytes = 0;
  #keeps = true;

  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  add(bytes: Buffer, start: number, end: number): void {
    if (end <= start) return;
    if (!this.#keeps) {
      this.#sizeBytes += end - start;
      return;
    }
    const piece = Buffer.allocUnsafe(end - start);
    bytes.copy(piece, 0, start, end);
    this.#pieces.push(piece);
    this.#sizeBytes += piece.length;
  }

  /** All of it; empty again afterwards. */
  take(): Buffer {
    const [first] = this.#pieces;
    const body = this.#pieces.length === 1 && first !== undefined ? first : Buffer.concat(this.#pieces);
    this.clear();
    return body;
  }

  /** @param keeps whether the next body is kept; otherwise only its size is counted */
  clear(keeps = true): void {
    this.#keeps = keeps;
    if (this.#pieces.length > 0) this.#pieces = [];
    this.#sizeBytes = 0;
  }
}
