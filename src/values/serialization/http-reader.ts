import { ByteReader } from '../byte-reader.ts';
import { DecodeProblem, problemText, type DecodeBudget } from '../decode-budget.ts';
import { HTTP_RESPONSE, unreadable, type HttpMessage } from '../plain-value.ts';
import type { ReadResult } from './read-result.ts';

/** A line of the head; nobody sends longer ones. */
const LONGEST_LINE = 64 * 1024;

/**
 * Reads a response as it goes over the wire, which is how proxies such as nginx' srcache store it: status line, headers,
 * an empty line and the body. Source: RFC 9112, sections 4, 5 and 7.1.
 */
export function readHttp(bytes: Uint8Array, budget: DecodeBudget): ReadResult {
  const reader = new ByteReader(bytes);
  try {
    const [, status = '', reason = ''] = matched(/^HTTP\/\d(?:\.\d)? ([1-5]\d\d)(?: (.*))?$/, line(reader));
    const headers: (readonly [string, string])[] = [];
    for (let text = line(reader); text !== ''; text = line(reader)) {
      budget.node();
      const [, name = '', value = ''] = matched(/^([!#$%&'*+.^_`|~\w-]+):[ \t]*(.*?)[ \t]*$/, text);
      headers.push([name, value]);
    }
    const value: HttpMessage = {
      kind: 'http',
      className: HTTP_RESPONSE,
      status: Number(status),
      reason: reason === '' ? undefined : reason,
      headers,
      body: isChunked(headers) ? readChunks(reader, budget) : reader.take(reader.left),
      fields: [],
    };
    return { value, end: reader.position, problem: undefined };
  } catch (error) {
    const problem = problemText(error);
    return { value: unreadable(problem), end: reader.position, problem };
  }
}

function matched(expression: RegExp, text: string): readonly (string | undefined)[] {
  const found = expression.exec(text);
  if (found === null) throw new DecodeProblem('no HTTP response');
  return found;
}

/** A line without its end; some store them with line feeds only. */
function line(reader: ByteReader): string {
  const taken = reader.until(0x0a);
  if (taken.length > LONGEST_LINE) throw new DecodeProblem('no HTTP response');
  return taken.toString('latin1').replace(/\r$/, '');
}

function isChunked(headers: HttpMessage['headers']): boolean {
  return headers.some(([name, value]) => /^transfer-encoding$/i.test(name) && /\bchunked$/i.test(value));
}

/** The body of chunks; of one that was taken apart already, but has kept its header, all that is there. */
function readChunks(reader: ByteReader, budget: DecodeBudget): Buffer {
  const start = reader.position;
  const parts: Buffer[] = [];
  try {
    for (;;) {
      budget.node();
      const [, digits = ''] = matched(/^([0-9a-f]{1,8})(?:[ \t]*;.*)?$/i, line(reader));
      const size = Number.parseInt(digits, 16);
      if (size === 0) break;
      parts.push(reader.take(size));
      matched(/^$/, line(reader));
    }
    while (line(reader) !== '') budget.node();
    return Buffer.concat(parts);
  } catch (error) {
    problemText(error);
    reader.position = start;
    return reader.take(reader.left);
  }
}
