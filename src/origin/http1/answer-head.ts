import { invalidAnswer } from './http-error.ts';

/** How the end of a body is told (RFC 9112, 6.3). */
export type Framing =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly bytes: number }
  | { readonly kind: 'chunked' }
  | { readonly kind: 'until-close' };

/** Status line and header fields of one answer. */
export interface AnswerHead {
  readonly status: number;
  /** Names in lower case; several values of one name are joined with a comma and a blank. */
  readonly headers: Readonly<Record<string, string>>;
  readonly framing: Framing;
  /** Whether another request may follow on the same connection. */
  readonly keepsAlive: boolean;
  /** How long that connection may be idle before. */
  readonly idleMs: number;
}

/** As undici does it: servers close what was idle for 5 seconds, and a request must not cross that. */
const IDLE_MS = 4_000;
const IDLE_MARGIN_MS = 2_000;
const LONGEST_IDLE_MS = 600_000;

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [^\0\r\n]*)?$/;
/** RFC 9110, 5.6.2. */
const TOKEN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const MOST_NAMES = 256;

/** Header names as they came, and in lower case: an origin sends the same ones again and again. */
const lowerNames = new Map<string, string>();

/**
 * Reads a head, without the empty line at its end. As strict as RFC 9112 lets a client be: what two parties
 * could read in two ways is refused, such as a length beside chunks.
 * @throws HttpError
 */
export function parseHead(text: string): AnswerHead {
  const lineEnd = text.indexOf('\r\n');
  const statusLine = STATUS_LINE.exec(lineEnd === -1 ? text : text.slice(0, lineEnd));
  if (statusLine === null) throw invalidAnswer('the status line is none');
  const status = Number(statusLine[2]);
  const headers: Record<string, string> = {};
  let at = lineEnd === -1 ? text.length : lineEnd + 2;
  while (at < text.length) {
    const found = text.indexOf('\r\n', at);
    const end = found === -1 ? text.length : found;
    readField(text.slice(at, end), headers);
    at = end + 2;
  }
  const framing = framingOf(status, headers);
  return {
    status,
    headers,
    framing,
    keepsAlive: framing.kind !== 'until-close' && keepsAlive(headers['connection'], statusLine[1] === '1'),
    idleMs: idleMs(headers['keep-alive']),
  };
}

function readField(line: string, headers: Record<string, string>): void {
  const colon = line.indexOf(':');
  const name = lowerName(line.slice(0, Math.max(0, colon)));
  const value = trimBlanks(line, colon + 1);
  const before = headers[name];
  // Nobody may guess which of two lengths is meant.
  if (before !== undefined && name === 'content-length') throw invalidAnswer('two lengths');
  headers[name] = before === undefined || !Object.hasOwn(headers, name) ? value : `${before}, ${value}`;
}

function lowerName(name: string): string {
  const known = lowerNames.get(name);
  if (known !== undefined) return known;
  if (!TOKEN.test(name)) throw invalidAnswer('a header without a proper name');
  const lower = name.toLowerCase();
  if (lowerNames.size < MOST_NAMES) lowerNames.set(name, lower);
  return lower;
}

/** The rest of a line without the blanks around it. */
function trimBlanks(line: string, from: number): string {
  let start = from;
  let end = line.length;
  while (start < end && isBlank(line.charCodeAt(start))) start++;
  while (end > start && isBlank(line.charCodeAt(end - 1))) end--;
  const value = line.slice(start, end);

  if (/[\0\r\n]/.test(value)) throw invalidAnswer('a character that no header can hold');
  return value;
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function framingOf(status: number, headers: Readonly<Record<string, string>>): Framing {
  const length = headers['content-length'];
  const encoding = headers['transfer-encoding'];
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw invalidAnswer('a length that is no number');
  if (length !== undefined && encoding !== undefined) throw invalidAnswer('a length beside an encoding');
  if (status < 200 || status === 204 || status === 304) return { kind: 'none' };
  if (encoding !== undefined) {
    return /(?:^|,)[ \t]*chunked$/i.test(encoding) ? { kind: 'chunked' } : { kind: 'until-close' };
  }
  return length === undefined ? { kind: 'until-close' } : { kind: 'length', bytes: Number(length) };
}

/** As `Keep-Alive: timeout=5` says it, and a little less. */
function idleMs(keepAlive: string | undefined): number {
  if (keepAlive === undefined) return IDLE_MS;
  const seconds = /timeout=(\d{1,9})/i.exec(keepAlive)?.[1];
  if (seconds === undefined) return IDLE_MS;
  return Math.min(LONGEST_IDLE_MS, Number(seconds) * 1_000 - IDLE_MARGIN_MS);
}

function keepsAlive(connection: string | undefined, isCurrent: boolean): boolean {
  if (connection === undefined) return isCurrent;
  const options = connection.toLowerCase().split(/[ \t]*,[ \t]*/);
  return !options.includes('close') && (isCurrent || options.includes('keep-alive'));
}
