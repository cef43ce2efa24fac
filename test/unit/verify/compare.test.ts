import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { parseJsonPath } from '../../../src/text/json-path.ts';
import { compareValues } from '../../../src/verify/compare.ts';

const compare = (cached: string | Buffer, wanted: string | Buffer, ...ignore: readonly string[]) =>
  compareValues(
    Buffer.from(cached),
    Buffer.from(wanted),
    ignore.flatMap((text) => {
      const path = parseJsonPath(text);
      return path === undefined ? [] : [path];
    }),
  );

describe('an entry compared with the answer', () => {
  it('is the same whatever the compression, the blanks and the order of names', async () => {
    const text = '{"a": 1, "b": [1.50, "x"]}';
    expect(await compare(text, text)).toEqual({ kind: 'same' });
    expect(await compare(gzipSync(text), brotliCompressSync('{"b":[1.5,"x"],"a":1}'))).toEqual({
      kind: 'same',
    });
    expect(await compare(gzipSync(text, { level: 1 }), gzipSync(text, { level: 9 }))).toEqual({
      kind: 'same',
    });
  });

  it('tells where it differs', async () => {
    expect(await compare('{"a":1,"items":[{"p":2}]}', '{"a":1,"items":[{"p":3},{"p":4}]}')).toEqual({
      kind: 'different',
      differences: [
        { path: 'items[0].p', cached: '2', origin: '3' },
        { path: 'items[1]', cached: undefined, origin: '{"p":4}' },
      ],
    });
    expect(await compare('one\ntwo\nthree', 'one\n2\nthree')).toEqual({
      kind: 'different',
      differences: [{ path: 'line 2', cached: 'two', origin: '2' }],
    });
  });

  it('does not look at what is to be ignored', async () => {
    const [cached, wanted] = ['{"at":1,"items":[{"id":1,"seen":1}]}', '{"at":2,"items":[{"id":1,"seen":2}]}'];
    expect(await compare(cached, wanted, 'at', 'items[*].seen')).toEqual({ kind: 'same' });
    expect(await compare(cached, wanted, 'at')).toMatchObject({ kind: 'different' });
  });

  it('looks into the body of an envelope', async () => {
    const envelope = (at: number) => JSON.stringify({ status: 200, headers: {}, body: `{"at":${at},"x":1}` });
    expect(await compare(envelope(1), envelope(2), 'body.at')).toEqual({ kind: 'same' });
    expect(await compare(envelope(1), envelope(2))).toMatchObject({ differences: [{ path: 'body.at' }] });
  });

  it('keeps numbers apart that are the same to JavaScript', async () => {
    expect(await compare('{"id":9007199254740993}', '{"id":9007199254740992}')).toMatchObject({
      kind: 'different',
    });
  });

  it('is undecodable where it is broken or something else', async () => {
    expect(await compare(deflateSync('{"a":1}').subarray(0, 9), '{"a":1}')).toMatchObject({
      kind: 'undecodable',
    });
    expect(await compare(Buffer.from([0xff, 0xfe, 0x00, 0x80]), '{"a":1}')).toEqual({
      kind: 'undecodable',
      reason: 'it is not json, as the entry would be stored',
    });
  });
});
