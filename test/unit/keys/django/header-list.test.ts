import { deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readHeaderList } from '../../../../src/keys/django/header-list.ts';

const NAMES = ['HTTP_ACCEPT_ENCODING', 'HTTP_X_TENANT'];

/** What Python 3.11 writes: `pickle.dumps(NAMES, protocol)`. */
const PICKLES: readonly string[] = ['(lp0\nVHTTP_ACCEPT_ENCODING\np1\naVHTTP_X_TENANT\np2\na.', '](q\0)'];

describe('a header list', () => {
  test('is read from a pickle of protocol 4, as django-redis writes it', () => {
    const body = Buffer.concat([
      Buffer.from(']\x94(\x8c\x14HTTP_ACCEPT_ENCODING\x94\x8c\rHTTP_X_TENANT\x94e.', 'latin1'),
    ]);
    const frame = Buffer.alloc(9, 0x95);
    frame.writeBigUInt64LE(BigInt(body.length), 1);
    const pickle = Buffer.concat([Buffer.from([0x80, 4]), frame, body]);
    expect(readHeaderList(pickle)).toEqual(NAMES);
    expect(readHeaderList(deflateSync(pickle))).toEqual(NAMES);
    expect(readHeaderList(gzipSync(pickle))).toEqual(NAMES);
  });

  test('is read from protocol 0, JSON, MessagePack, and where it is empty', () => {
    expect(readHeaderList(Buffer.from(PICKLES[0] ?? ''))).toEqual(NAMES);
    expect(readHeaderList(Buffer.from(JSON.stringify(NAMES)))).toEqual(NAMES);
    expect(readHeaderList(Buffer.from('\x92\xb4HTTP_ACCEPT_ENCODING\xadHTTP_X_TENANT', 'latin1'))).toEqual(
      NAMES,
    );
    expect(readHeaderList(Buffer.from('\x80\x04]\x94.', 'latin1'))).toEqual([]);
    expect(readHeaderList(Buffer.from('[]'))).toEqual([]);
    expect(readHeaderList(Buffer.from([0x90]))).toEqual([]);
  });

  test('is not what something else is read for', () => {
    for (const other of [PICKLES[1] ?? '', '', '42', '{"a":1}', '[1]', '\x80\x04N.', '\x80\x04\x8c\x01a.']) {
      expect(readHeaderList(Buffer.from(other, 'latin1')), other).toBeUndefined();
    }
    // os.system as a pickle: nothing is run, nothing is read.
    expect(readHeaderList(Buffer.from('cos\nsystem\n(S"true"\ntR.'))).toBeUndefined();
  });

  test('never fails, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.constantFrom('', '\x80\x04', ']('), (bytes, start) => {
        const list = readHeaderList(Buffer.concat([Buffer.from(start, 'latin1'), bytes]));
        expect(list === undefined || list.every((name) => typeof name === 'string')).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});
