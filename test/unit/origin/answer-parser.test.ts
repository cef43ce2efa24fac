import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AnswerParser, MAX_HEAD_BYTES } from '../../../src/origin/http1/answer-parser.ts';
import { HttpError } from '../../../src/origin/http1/http-error.ts';

const silent = { onHead: () => undefined, onBody: () => undefined };

interface Read {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly keepsAlive: boolean;
  /** Bytes that it took. */
  readonly taken: number;
}

/** Feeds bytes cut at the given places, and gives the answer once there is one. */
function read(bytes: Buffer, cuts: readonly number[] = [], ends = false): Read | undefined {
  const parser = new AnswerParser();
  parser.begin();
  const edges = [...new Set([0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length])].sort(
    (a, b) => a - b,
  );
  let taken = 0;
  for (const [index, start] of edges.entries()) {
    const end = edges[index + 1];
    if (end === undefined || parser.isDone) break;
    // What lies around the piece must not be looked at: a connection reads into one buffer again and again.
    const around = Buffer.concat([
      Buffer.from('\r\n\r\n'),
      bytes.subarray(start, end),
      Buffer.from('\r\n\r\n'),
    ]);
    taken += parser.push(around, 4, 4 + end - start, silent) - 4;
    around.fill(0xff);
  }
  if (ends) parser.finish();
  const { head } = parser;
  if (!parser.isDone || head === undefined) return undefined;
  const { status, headers, keepsAlive } = head;
  return { status, headers, keepsAlive, body: parser.takeBody().toString('latin1'), taken };
}

function failureOf(bytes: string): string | undefined {
  try {
    read(Buffer.from(bytes, 'latin1'));
    return undefined;
  } catch (error) {
    if (error instanceof HttpError) return error.code;
    throw error;
  }
}

const bodies = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes).toString('latin1'));
const framed = fc.oneof(
  bodies.map((body) => ({ body, wire: `Content-Length: ${body.length}\r\n\r\n${body}` })),
  fc.array(bodies.filter((part) => part !== '')).map((parts) => ({
    body: parts.join(''),
    wire: `Transfer-Encoding: chunked\r\n\r\n${parts
      .map((part) => `${part.length.toString(16)};x=1\r\n${part}\r\n`)
      .join('')}0\r\nX-Sum: 1\r\n\r\n`,
  })),
);
const informational = fc.constantFrom('', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n');

describe('the parser of answers', () => {
  it('reads the same answer wherever its bytes are cut, and nothing of what follows', () => {
    fc.assert(
      fc.property(
        framed,
        informational,
        bodies,
        fc.array(fc.nat(), { maxLength: 40 }),
        (answer, early, more, cuts) => {
          const wire = `${early}HTTP/1.1 200 OK\r\nX-A: one\r\nx-a: \t two \r\n${answer.wire}`;
          const result = read(Buffer.from(wire + more, 'latin1'), cuts);
          expect(result).toMatchObject({
            status: 200,
            body: answer.body,
            keepsAlive: true,
            taken: wire.length,
          });
          expect(result?.headers['x-a']).toBe('one, two');
        },
      ),
    );
  });

  it('takes every byte on its own as it takes all at once', () => {
    const wire = Buffer.from(
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
      'latin1',
    );
    expect(read(wire, [...wire.keys()])).toEqual(read(wire));
  });

  it('is not done before the last byte', () => {
    fc.assert(
      fc.property(framed, fc.nat(), ({ wire }, cut) => {
        const all = Buffer.from(`HTTP/1.1 200 OK\r\n${wire}`, 'latin1');
        expect(read(all.subarray(0, cut % all.length), [], true)).toBeUndefined();
      }),
    );
  });

  it('ends on any garbage, with a failure of its own or still waiting, and never takes more than there is', () => {
    const pieces = fc.constantFrom(
      'HTTP/1.1 200 OK',
      '\r\n',
      ':',
      'Content-Length: 3',
      '\n',
      'ffff',
      ';',
      '0',
      ' ',
      '\0',
    );
    const garbage = fc.oneof(
      bodies,
      fc.array(fc.oneof(pieces, bodies)).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(garbage, fc.array(fc.nat(), { maxLength: 10 }), (text, cuts) => {
        const bytes = Buffer.from(text, 'latin1');
        try {
          const result = read(bytes, cuts, true);
          expect(result?.taken ?? 0).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(HttpError);
        }
      }),
    );
  });

  it('finds out at the first bytes that something else than HTTP/1 answers', () => {
    for (const start of ['SSH-2.0', '\x15\x03\x01', 'HTTP/2', 'x', '+OK\r\n']) {
      expect(failureOf(start)).toBe('HTTP_INVALID');
    }
    expect(failureOf('HTTP/1')).toBeUndefined();
  });

  it.each([
    ['two lengths', 'Content-Length: 1\r\nContent-Length: 1\r\n\r\na'],
    ['a length beside chunks', 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n'],
    ['a length that is no number', 'Content-Length: -1\r\n\r\n'],
    ['a blank before the colon', 'Content-Length : 1\r\n\r\na'],
    ['a folded line', 'X: 1\r\n 2\r\n\r\n'],
    ['a line without a colon', 'nothing\r\n\r\n'],
    ['a bare line feed', 'X: 1\nY: 2\r\n\r\n'],
    ['a chunk without a size', 'Transfer-Encoding: chunked\r\n\r\n\r\n'],
    ['a chunk that is longer than it says', 'Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n'],
  ])('refuses %s', (_, rest) => {
    expect(failureOf(`HTTP/1.1 200 OK\r\n${rest}`)).toBe('HTTP_INVALID');
  });

  it('refuses a head, and trailers, larger than a client takes', () => {
    const long = 'a'.repeat(MAX_HEAD_BYTES);
    expect(failureOf(`HTTP/1.1 200 OK\r\nX: ${long}\r\n\r\n`)).toBe('HTTP_HEAD_TOO_LARGE');
    expect(failureOf(`HTTP/1.1 200 OK\r\nX: ${long}`)).toBe('HTTP_HEAD_TOO_LARGE');
    const chunked = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n';
    expect(failureOf(chunked + `X: ${'a'.repeat(1_000)}\r\n`.repeat(20))).toBe('HTTP_INVALID');
  });

  it('knows which answers have no body, and which end with their connection', () => {
    for (const status of ['204 No Content', '304 Not Modified']) {
      const result = read(Buffer.from(`HTTP/1.1 ${status}\r\nContent-Length: 5\r\n\r\n`));
      expect(result).toMatchObject({ body: '', keepsAlive: true });
    }
    const open = Buffer.from('HTTP/1.1 200 OK\r\n\r\nabc');
    expect(read(open)).toBeUndefined();
    expect(read(open, [], true)).toMatchObject({ body: 'abc', keepsAlive: false });
  });

  it('knows which connections stay open', () => {
    const keepsAlive = (version: string, connection: string): boolean | undefined =>
      read(Buffer.from(`HTTP/${version} 200 OK\r\n${connection}Content-Length: 0\r\n\r\n`))?.keepsAlive;
    expect(keepsAlive('1.1', '')).toBe(true);
    expect(keepsAlive('1.1', 'Connection: Close\r\n')).toBe(false);
    expect(keepsAlive('1.0', '')).toBe(false);
    expect(keepsAlive('1.0', 'Connection: keep-alive\r\n')).toBe(true);
  });
});
