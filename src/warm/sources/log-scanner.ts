import type { QueryRule } from '../../config/foreach.ts';
import { JsonFields } from './json-fields.ts';
import { readJsonLine } from './log-request.ts';
import type { PathCounts } from './path-counts.ts';
import { FNV_OFFSET, FNV_PRIME, RequestCounts } from './request-counts.ts';

const LINE_FEED = 0x0a;
const SPACE = 0x20;
const QUOTE = 0x22;
const SLASH = 0x2f;
const QUESTION = 0x3f;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const ZERO = 0x30;
/** `GET ` as one number, big-endian. */
const GET = 0x47455420;
/** A longer line is no log line, and must not fill the memory. */
const LONGEST_LINE_BYTES = 1024 * 1024;

/**
 * Counts the requests of access logs in Common, Combined or JSON lines: those with the method GET and a
 * status below 400. It works on bytes: a line costs one pass up to its status, and no string or object
 * where its path has nothing unusual.
 */
export class LogScanner {
  lines = 0;
  /** In no known form. */
  unreadable = 0;
  readonly #counts: RequestCounts;
  #rest: Buffer | undefined;
  #tooLong = false;
  /** Of JSON lines: learned from the first one that was read. */
  #fields: JsonFields | undefined;

  constructor(counts: PathCounts, rule: QueryRule) {
    this.#counts = new RequestCounts(counts, rule);
  }

  /** GET, status below 400. */
  get requests(): number {
    return this.#counts.requests;
  }

  /** Takes the next bytes of a log, cut anywhere. */
  push(piece: Buffer): void {
    const first = piece.indexOf(LINE_FEED);
    if (first === -1) {
      this.#keep(piece, 0);
      return;
    }
    let start = 0;
    if (this.#rest !== undefined) {
      const line = Buffer.concat([this.#rest, piece.subarray(0, first + 1)]);
      this.#rest = undefined;
      start = first + 1;
      if (this.#tooLong) this.#countUnreadable();
      else this.#scan(line, 0, line.length);
      this.#tooLong = false;
    }
    const end = piece.lastIndexOf(LINE_FEED) + 1;
    this.#scan(piece, start, end);
    if (end < piece.length) this.#keep(piece, end);
  }

  /** Ends one log: its last line may lack a line feed. */
  end(): void {
    if (this.#rest !== undefined) this.push(Buffer.of(LINE_FEED));
  }

  #keep(piece: Buffer, start: number): void {
    const size = (this.#rest?.length ?? 0) + piece.length - start;
    this.#tooLong ||= size > LONGEST_LINE_BYTES;
    if (this.#tooLong) this.#rest = Buffer.alloc(0);
    else this.#rest = Buffer.concat([this.#rest ?? Buffer.alloc(0), piece.subarray(start)]);
  }

  /** Whole lines: the last byte is a line feed, so that every loop ends there. */
  #scan(bytes: Buffer, start: number, end: number): void {
    const counts = this.#counts;
    const { query } = counts;
    let position = start;
    while (position < end) {
      const lineStart = position;
      const first = bytes[position];
      if (first === OPEN_BRACE) {
        const lineEnd = bytes.indexOf(LINE_FEED, position);
        this.#scanJson(bytes, lineStart, lineEnd);
        position = lineEnd + 1;
        continue;
      }
      let byte = first;
      // The request is the first thing in quotes; servers escape quotes in what comes before.
      while (byte !== QUOTE && byte !== LINE_FEED) byte = bytes[++position];
      if (byte === LINE_FEED) {
        if (position > lineStart + 1 || first !== 0x0d) this.#countBlankOr(position - lineStart);
        position++;
        continue;
      }
      const request = position + 1;
      let usual = end - request > 8 && bytes.readInt32BE(request) === GET && bytes[request + 4] === SLASH;
      let hash = FNV_OFFSET;
      const path = request + 4;
      let pathEnd = 0;
      let mark = 0;
      if (!usual) {
        position = request;
        byte = bytes[position];
      } else {
        position = path;
        byte = bytes[position];
        while (
          byte !== SPACE &&
          byte !== QUOTE &&
          byte !== LINE_FEED &&
          byte !== BACKSLASH &&
          byte !== QUESTION
        ) {
          hash = Math.imul(hash ^ (byte ?? 0), FNV_PRIME);
          byte = bytes[++position];
        }
        if (byte === QUESTION) {
          mark = position;
          if (query === 'end') pathEnd = position;
          while (byte !== SPACE && byte !== QUOTE && byte !== LINE_FEED && byte !== BACKSLASH) {
            if (query === 'part') hash = Math.imul(hash ^ (byte ?? 0), FNV_PRIME);
            byte = bytes[++position];
          }
        }
        usual = byte !== BACKSLASH;
        if (pathEnd === 0) pathEnd = position;
      }
      // On to the closing quote, over escaped ones.
      while (byte !== QUOTE && byte !== LINE_FEED) {
        if (byte === BACKSLASH && bytes[position + 1] !== LINE_FEED) position++;
        byte = bytes[++position];
      }
      if (byte === LINE_FEED) {
        this.#countUnreadable();
        position++;
        continue;
      }
      const close = position;
      const status = bytes[close + 1] === SPACE ? threeDigits(bytes, close + 2) : Number.NaN;
      this.lines++;
      if (!(status >= 100 && status <= 999)) this.unreadable++;
      else if (status < 400) {
        if (!usual) counts.addRequestLine(bytes.toString('latin1', request, close));
        else if (mark > 0 && query === 'ruled') counts.addRuled(bytes, path, mark, pathEnd, hash);
        else counts.add(bytes, path, pathEnd, hash);
      }
      position = bytes.indexOf(LINE_FEED, close) + 1;
    }
  }

  #scanJson(bytes: Buffer, start: number, end: number): void {
    if (this.#fields?.find(bytes, start, end) === true) {
      const [methodStart = 0, methodEnd = 0, target = 0, targetEnd = 0, status = 0, statusEnd = 0] =
        this.#fields.found;
      const code = statusEnd - status === 3 ? threeDigits(bytes, status) : Number.NaN;
      if (code >= 100 && bytes[target] === SLASH) {
        this.lines++;
        if (methodEnd - methodStart !== 3 || bytes.readInt32BE(methodStart) >>> 8 !== GET >>> 8) return;
        if (code >= 400) return;
        this.#counts.addPath(bytes, target, targetEnd);
        return;
      }
    }
    const request = readJsonLine(bytes.toString('utf8', start, end));
    if (request === undefined) {
      this.#countUnreadable();
      return;
    }
    if (request.fields !== undefined) this.#fields ??= new JsonFields(request.fields);
    this.lines++;
    if (request.method === 'GET' && request.status >= 100 && request.status < 400) {
      this.#counts.addTarget(Buffer.from(request.target, 'utf8').toString('latin1'));
    }
  }

  #countBlankOr(length: number): void {
    if (length > 0) this.#countUnreadable();
  }

  #countUnreadable(): void {
    this.lines++;
    this.unreadable++;
  }
}

function threeDigits(bytes: Buffer, start: number): number {
  return digit(bytes[start]) * 100 + digit(bytes[start + 1]) * 10 + digit(bytes[start + 2]);
}

function digit(byte: number | undefined): number {
  const value = (byte ?? 0) - ZERO;
  return value >= 0 && value <= 9 ? value : Number.NaN;
}
