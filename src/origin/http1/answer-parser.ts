import { parseHead, type AnswerHead } from './answer-head.ts';
import { BodyBuffer } from './body-buffer.ts';
import { HttpError, invalidAnswer } from './http-error.ts';

/** Of a head, and of all trailers; as large as Node's own client takes by default. */
export const MAX_HEAD_BYTES = 16 * 1024;
/** Extensions of a chunk's size included. */
const MAX_CHUNK_LINE_BYTES = 1024;

const PREFIX = Buffer.from('HTTP/1.');
const END_OF_HEAD = Buffer.from('\r\n\r\n');
const LF = 0x0a;
const NOTHING: Buffer = Buffer.alloc(0);

type State =
  'head' | 'length' | 'until-close' | 'chunk-size' | 'chunk-data' | 'chunk-end' | 'trailers' | 'done';

/** Who is told of an answer while it comes. */
export interface AnswerObserver {
  /** The final head, not a 1xx one. */
  readonly onHead: (head: AnswerHead) => void;
  /** The body has grown to this size, decoded. */
  readonly onBody: (sizeBytes: number) => void;
}

/**
 * Reads one answer after the other, however the bytes are cut (RFC 9112). Between two answers `begin` is
 * called; it never takes a byte beyond the end of an answer.
 */
export class AnswerParser {
  readonly #body = new BodyBuffer();
  #state: State = 'done';
  /** The beginning of a head or line whose end has not come. */
  #pending: Buffer = NOTHING;
  /** Of the body, or of the chunk. */
  #leftBytes = 0;
  #trailerBytes = 0;
  #head: AnswerHead | undefined;
  /** The last head that came whole, with the empty line at its end, and what it says. */
  #lastBytes: Buffer = NOTHING;
  #lastHead: AnswerHead | undefined;

  /** Gets ready for the next answer. @param keepsBody whether anybody wants its body, and not only its size */
  begin(keepsBody = true): void {
    this.#state = 'head';
    this.#pending = NOTHING;
    this.#trailerBytes = 0;
    this.#head = undefined;
    this.#body.clear(keepsBody);
  }

  get isDone(): boolean {
    return this.#state === 'done';
  }

  /** Of the answer that is read; `undefined` until its final head has come. */
  get head(): AnswerHead | undefined {
    return this.#head;
  }

  /** The body of an answer that is done. */
  takeBody(): Buffer {
    return this.#body.take();
  }

  /**
   * Reads on.
   * @returns where it stopped: before `end` only where the answer is done
   * @throws HttpError where this is no answer
   */
  push(bytes: Buffer, start: number, end: number, observer: AnswerObserver): number {
    let at = start;
    while (at < end && this.#state !== 'done') at = this.#step(bytes, at, end, observer);
    return at;
  }

  /** The connection has ended: whether that is how the answer ends. */
  finish(): boolean {
    if (this.#state === 'until-close') this.#state = 'done';
    return this.#state === 'done';
  }

  #step(bytes: Buffer, at: number, end: number, observer: AnswerObserver): number {
    switch (this.#state) {
      case 'head':
        return this.#readHead(bytes, at, end, observer);
      case 'length':
      case 'chunk-data':
        return this.#readData(bytes, at, end, observer);
      case 'until-close':
        this.#body.add(bytes, at, end);
        observer.onBody(this.#body.sizeBytes);
        return end;
      case 'chunk-size':
      case 'chunk-end':
      case 'trailers':
        return this.#readLine(bytes, at, end);
      case 'done':
        return at;
    }
  }

  #readHead(bytes: Buffer, at: number, end: number, observer: AnswerObserver): number {
    if (this.#pending.length === 0 && this.#lastHead !== undefined && this.#isLastHead(bytes, at, end)) {
      this.#takeHead(this.#lastHead, observer);
      return at + this.#lastBytes.length;
    }
    const carried = this.#pending.length;
    const all = carried === 0 ? bytes : Buffer.concat([this.#pending, bytes.subarray(at, end)]);
    const first = carried === 0 ? at : 0;
    const limit = carried === 0 ? end : all.length;
    checkPrefix(all, first, limit);
    // What was carried over has no end yet, except that the first bytes of one may be its last.
    const found = all.indexOf(END_OF_HEAD, first + Math.max(0, carried - END_OF_HEAD.length + 1));
    const stop = found === -1 || found + END_OF_HEAD.length > limit ? -1 : found;
    if ((stop === -1 ? limit : stop) - first > MAX_HEAD_BYTES) {
      throw new HttpError('HTTP_HEAD_TOO_LARGE', 'the head is too large');
    }
    if (stop === -1) {
      this.#pending = carried === 0 ? Buffer.from(all.subarray(first, limit)) : all;
      return end;
    }
    this.#pending = NOTHING;
    const head = parseHead(all.toString('latin1', first, stop));
    this.#lastBytes = Buffer.from(all.subarray(first, stop + END_OF_HEAD.length));
    this.#lastHead = head;
    this.#takeHead(head, observer);
    return at + (stop + END_OF_HEAD.length - first) - carried;
  }

  /** Within one second most origins send the same head again and again: then it is not even looked for its end. */
  #isLastHead(bytes: Buffer, at: number, end: number): boolean {
    const { length } = this.#lastBytes;
    return end - at >= length && this.#lastBytes.compare(bytes, at, at + length) === 0;
  }

  #takeHead(head: AnswerHead, observer: AnswerObserver): void {
    if (head.status === 101) throw invalidAnswer('another protocol that nobody asked for');
    if (head.status < 200) return;
    this.#head = head;
    const { framing } = head;
    this.#leftBytes = framing.kind === 'length' ? framing.bytes : 0;
    if (framing.kind === 'none' || (framing.kind === 'length' && framing.bytes === 0)) this.#state = 'done';
    else this.#state = framing.kind === 'chunked' ? 'chunk-size' : framing.kind;
    observer.onHead(head);
  }

  #readData(bytes: Buffer, at: number, end: number, observer: AnswerObserver): number {
    const stop = Math.min(end, at + this.#leftBytes);
    this.#body.add(bytes, at, stop);
    this.#leftBytes -= stop - at;
    if (this.#leftBytes === 0) this.#state = this.#state === 'length' ? 'done' : 'chunk-end';
    observer.onBody(this.#body.sizeBytes);
    return stop;
  }

  #readLine(bytes: Buffer, at: number, end: number): number {
    const found = bytes.indexOf(LF, at);
    const stop = found === -1 || found >= end ? end : found + 1;
    const limit = this.#state === 'trailers' ? MAX_HEAD_BYTES : MAX_CHUNK_LINE_BYTES;
    if (this.#pending.length + stop - at > limit) throw invalidAnswer('a line that is too long');
    const line = this.#pending.toString('latin1') + bytes.toString('latin1', at, stop);
    if (!line.endsWith('\n')) {
      this.#pending = Buffer.from(line, 'latin1');
      return stop;
    }
    this.#pending = NOTHING;
    if (!line.endsWith('\r\n')) throw invalidAnswer('a line that ends in another way');
    this.#takeLine(line.slice(0, -2));
    return stop;
  }

  #takeLine(line: string): void {
    if (this.#state === 'chunk-end') {
      if (line !== '') throw invalidAnswer('a chunk that is longer than it says');
      this.#state = 'chunk-size';
    } else if (this.#state === 'chunk-size') {
      const size = /^([\da-f]{1,12})[ \t]*(?:;[^\0\r\n]*)?$/i.exec(line)?.[1];
      if (size === undefined) throw invalidAnswer('a chunk without a size');
      this.#leftBytes = Number.parseInt(size, 16);
      this.#state = this.#leftBytes === 0 ? 'trailers' : 'chunk-data';
    } else {
      // Trailers say nothing that a cache needs; their size is limited all the same.
      this.#trailerBytes += line.length + 2;
      if (this.#trailerBytes > MAX_HEAD_BYTES) throw invalidAnswer('too many trailers');
      if (line === '') this.#state = 'done';
    }
  }
}

/** Something else than HTTP is found out at its first byte, and not when the time limit comes. */
function checkPrefix(bytes: Buffer, start: number, end: number): void {
  const length = Math.min(PREFIX.length, end - start);
  for (let i = 0; i < length; i++) {
    if (bytes[start + i] !== PREFIX[i]) throw invalidAnswer('no HTTP/1 answer');
  }
}
