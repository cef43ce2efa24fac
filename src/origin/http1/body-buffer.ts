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
    const piece = Buffer.allocUnsafe(end - start);
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
