import { RespProtocolError } from './protocol-error.ts';
import { isLineBreak, Kind, lineEnd, NULL_LENGTH, readLength } from './syntax.ts';

/** Redis nests replies a handful deep (COMMAND DOCS); more is no Redis. */
const MAX_DEPTH = 128;

/**
 * Finds where replies begin and end, without reading what is in them. It goes on where it stopped when
 * more bytes come, so that a big reply in many chunks is looked at once. Positions count from the start of
 * the first reply that was asked for.
 */
export class ReplyScanner {
  /** Replies still to come. */
  #missing = 0;
  /** Where each reply began. */
  #starts: Int32Array | undefined;
  #found = 0;
  /** Elements still to come in each open aggregate, the innermost last. */
  readonly #open: number[] = [];
  /** Whether each of those is itself an element of what it stands in, or a reply: attributes and pushes are not. */
  readonly #isElement: boolean[] = [];
  #position = 0;

  /** Looks for so many replies from here on. `starts` takes down where each begins. */
  begin(replies: number, starts?: Int32Array): void {
    this.#missing = replies;
    this.#starts = starts;
    this.#found = 0;
    this.#open.length = 0;
    this.#isElement.length = 0;
    this.#position = 0;
  }

  /** How far it has come, which is behind the last reply once `advance` was true. */
  get position(): number {
    return this.#position;
  }

  /**
   * Goes on in the bytes, in which position 0 is at `from`; true once all replies are there.
   * @throws RespProtocolError where the bytes are none
   */
  advance(bytes: Buffer, from: number): boolean {
    while (this.#missing > 0) {
      const at = from + this.#position;
      if (at >= bytes.length) return false;
      const line = lineEnd(bytes, at);
      if (line === -1) return false;
      const next = this.#step(bytes, at, line);
      if (next === -1) return false;
      this.#position = next - from;
    }
    return true;
  }

  /** One scalar, or the head of one aggregate; gives the index behind it, or -1 where it is not all there. */
  #step(bytes: Buffer, at: number, line: number): number {
    const behindLine = line + 2;
    switch (bytes[at]) {
      case Kind.integer:
      case Kind.simple:
      case Kind.error:
      case Kind.null:
      case Kind.boolean:
      case Kind.double:
      case Kind.bigNumber:
        this.#begun();
        this.#completed();
        return behindLine;
      case Kind.bulk:
      case Kind.bulkError:
      case Kind.verbatim: {
        const length = readLength(bytes, at + 1, line);
        const behind = length === NULL_LENGTH ? behindLine : behindLine + length + 2;
        if (behind > bytes.length) return -1;
        if (length !== NULL_LENGTH && !isLineBreak(bytes, behind - 2)) {
          throw new RespProtocolError('a value longer than its length');
        }
        this.#begun();
        this.#completed();
        return behind;
      }
      case Kind.array:
      case Kind.set:
        this.#enter(readLength(bytes, at + 1, line), true);
        return behindLine;
      case Kind.map:
        this.#enter(2 * readLength(bytes, at + 1, line), true);
        return behindLine;
      case Kind.attribute:
        // Stands in front of a reply and is none.
        this.#enter(2 * readLength(bytes, at + 1, line), false);
        return behindLine;
      case Kind.push:
        // Comes unasked between replies; inside one it would be an element like any other.
        this.#enter(readLength(bytes, at + 1, line), this.#open.length > 0);
        return behindLine;
      default:
        throw new RespProtocolError('a reply of an unknown kind');
    }
  }

  #enter(elements: number, isElement: boolean): void {
    if (isElement) this.#begun();
    if (elements <= 0) {
      if (isElement) this.#completed();
      return;
    }
    if (this.#open.length === MAX_DEPTH) throw new RespProtocolError('replies nested too deep');
    this.#open.push(elements);
    this.#isElement.push(isElement);
  }

  #begun(): void {
    if (this.#open.length === 0 && this.#starts !== undefined) this.#starts[this.#found] = this.#position;
  }

  #completed(): void {
    for (;;) {
      const depth = this.#open.length;
      if (depth === 0) {
        this.#found++;
        this.#missing--;
        return;
      }
      const left = (this.#open[depth - 1] ?? 1) - 1;
      this.#open[depth - 1] = left;
      if (left > 0) return;
      this.#open.pop();
      if (this.#isElement.pop() !== true) return;
    }
  }
}
