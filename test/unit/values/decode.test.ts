import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeValue } from '../../../src/values/decode.ts';
import { DEFAULT_LIMITS } from '../../../src/values/decode-budget.ts';
import { parseSteps } from '../../../src/values/formats.ts';
import { renderTree } from '../../../src/values/render-tree.ts';
import { readJson } from '../../../src/values/serialization/json-reader.ts';
import { writeMsgpack } from '../../../src/values/serialization/msgpack-writer.ts';
import { writePhp } from '../../../src/values/serialization/php-writer.ts';
import { writePickle } from '../../../src/values/serialization/pickle-writer.ts';
import { treeJson } from '../../../src/values/tree-json.ts';
import { REAL_VECTORS } from './real-vectors.ts';

async function lineOf(bytes: Buffer): Promise<string> {
  const { content } = await decodeValue(bytes);
  if (content.kind === 'tree') return renderTree(content.value, 'line', 10_000).text;
  return content.kind === 'bytes' ? content.bytes.toString('hex') : content.text;
}

test.each(REAL_VECTORS.map(({ name, chain, base64 }) => [name, chain, base64] as const))(
  'finds out by itself how this was stored: %s',
  async (_, chain, base64) => {
    const decoded = await decodeValue(Buffer.from(base64, 'base64'));
    expect(decoded.chain).toEqual(chain);
    expect(decoded.content.kind).not.toBe('bytes');
    const expected = chain.includes('java') ? ['of a Java object only the name of its class is read'] : [];
    expect(decoded.warnings).toEqual(expected);
  },
);

test.each([
  ['Symfony with tags', { v: 1, name: 'Zoë' }, ['expires 2026-11-21', 'tags news, home']],
  ['Symfony with its expiry', { v: 1 }, ['expires 2026-11-21']],
  ['Symfony 6.2 with its expiry', { v: 1 }, ['expires 2030-09-18']],
])('opens the envelope of %s', async (wanted, data, facts) => {
  const vector = REAL_VECTORS.find(({ name }) => name === wanted);
  const forced = wanted === 'Symfony with tags' ? (['symfony', 'php'] as const) : (['php'] as const);
  for (const steps of [undefined, forced]) {
    const decoded = await decodeValue(Buffer.from(vector?.base64 ?? '', 'base64'), steps);
    const { content } = decoded;
    expect(content.kind === 'tree' ? treeJson(content.value, 1e6).data : content).toEqual(data);
    expect(decoded.facts.map(({ name, text }) => `${name} ${text}`.slice(0, 18))).toEqual(facts);
  }
});

test('every protocol of pickle gives the same value', async () => {
  const lines = await Promise.all(
    [3, 4, 5].map((protocol) =>
      lineOf(
        Buffer.from(
          REAL_VECTORS.find(({ name }) => name === `pickle protocol ${protocol}`)?.base64 ?? '',
          'base64',
        ),
      ),
    ),
  );
  expect(new Set(lines).size).toBe(1);
  expect(lines[0]).toContain('"d": 1.10, "dt": 2026-01-02T03:04:05.000006, "dz": 2026-01-02T03:04:05-05:30');
  expect(lines[0]).toContain('"safe": "<b>", 1: 2, null: true, (1, 2): "x"');
  expect(lines[0]).toContain('1180591620717411303424');
});

/** MessagePack ends at 64 bits, and JavaScript writes large floats as if they were integers. */
const JSON_VALUE = fc.jsonValue({ maxDepth: 5 }).filter((value) => !/\d{17}/.test(JSON.stringify(value)));

test('what the writers wrote is read back', async () => {
  await fc.assert(
    fc.asyncProperty(JSON_VALUE, async (value) => {
      const json = JSON.stringify([value]);
      const written = readJson(json);
      for (const bytes of [writePickle(written), deflateSync(writePickle(written))]) {
        const { content, warnings } = await decodeValue(bytes);
        expect(warnings).toEqual([]);
        expect(content.kind === 'tree' ? treeJson(content.value, 1e6) : content).toEqual(
          treeJson(written, 1e6),
        );
      }
      const packed = await decodeValue(writeMsgpack(written), ['msgpack']);
      expect(packed.content.kind === 'tree' ? renderTree(packed.content.value, 'line', 1e6) : packed).toEqual(
        renderTree(written, 'line', 1e6),
      );
      const php = await decodeValue(writePhp(written), ['php']);
      expect(php.warnings).toEqual([]);
    }),
  );
});

test('a list of steps forces what is done, none shows the bytes', async () => {
  const bytes = deflateSync(writePickle(readJson('{"a":1}')));
  expect(parseSteps('zlib, pickle')).toEqual(['zlib', 'pickle']);
  expect(parseSteps('none')).toEqual([]);
  expect(parseSteps('LZMA')).toEqual(['xz']);
  expect(parseSteps('zlib,marmalade')).toEqual({ unknown: 'marmalade' });
  expect(await decodeValue(bytes, ['zlib', 'pickle'])).toMatchObject({
    chain: ['zlib', 'pickle'],
    warnings: [],
  });
  expect(await decodeValue(bytes, [])).toMatchObject({ chain: [], content: { kind: 'bytes', bytes } });
  expect(await decodeValue(bytes, ['zlib'])).toMatchObject({ chain: ['zlib'], content: { kind: 'bytes' } });
  expect(await decodeValue(bytes, ['gzip', 'pickle'])).toMatchObject({
    chain: [],
    warnings: ['gzip: incorrect header check'],
  });
  expect((await decodeValue(Buffer.from('abc'), ['json'])).warnings).toEqual(['json: not a JSON document']);
});

test.each([
  ['text', 'just some text.'],
  ['text', 'I am.\nYou are.'],
  ['text', 'I am\nhere.'],
  ['text', ''],
  ['text', '42'],
  ['json', '{"value":1}'],
])('plain %s stays what it is: %j', async (kind, text) => {
  expect((await decodeValue(Buffer.from(text))).chain).toEqual([kind]);
});

test('random bytes are rarely taken for anything', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uint8Array({ minLength: 24, maxLength: 200 }), async (bytes) => {
      const { chain } = await decodeValue(Buffer.from([0xf8, 0xff, ...bytes]));
      expect(chain.filter((step) => step !== 'snappy' && step !== 'brotli')).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test('compressed bytes that look like lists in lists, deeper than anyone has them, are still unpacked', async () => {
  // A pickle of bytes, as an LZ4 block with its size in front. To MessagePack each 9f is a list of fifteen.
  const nested = Array.from({ length: 28 }, () => [0x91, ...Array<number>(9).fill(0x9f), 1, 0]).flat();
  const first = [0x91, 0x80, 0x03, 0x42, 0x8f, 0x01, 0, 0, 0x9f, 0x9f, 1, 0];
  const block = Buffer.from([0x97, 0x01, 0, 0, ...first, ...nested, 0x10, 0x2e]);
  const { chain, warnings } = await decodeValue(block);
  expect({ chain, warnings }).toEqual({ chain: ['lz4', 'pickle'], warnings: [] });
});

test('a decompression that gives too much is cut at the limit, with a warning', async () => {
  const limits = { ...DEFAULT_LIMITS, maxBytes: 100_000 };
  const bomb = Buffer.alloc(5_000_000, 'x');
  for (const bytes of [gzipSync(bomb), deflateSync(bomb)]) {
    const { content, warnings } = await decodeValue(bytes, undefined, limits);
    expect(content).toMatchObject({ kind: 'text' });
    expect(content.kind === 'text' ? content.text.length : 0).toBe(100_000);
    expect(warnings[0]).toMatch(/more than 100000 bytes when decompressed$/);
  }
  const forced = await decodeValue(brotliCompressSync(bomb), ['brotli'], limits);
  expect(forced.warnings).toEqual(['brotli: more than 100000 bytes when decompressed']);
});

test('compressions inside of each other end somewhere', async () => {
  let bytes = Buffer.from('{"a":1}');
  for (let layer = 0; layer < 20; layer++) bytes = gzipSync(bytes);
  const { chain, warnings } = await decodeValue(bytes);
  expect(chain.every((step) => step === 'gzip')).toBe(true);
  expect(warnings).toEqual(['compressed again and again']);
});

test('a value that is too big to be read in time is shown as far as it was read', async () => {
  const list = writeMsgpack(readJson(`[${Array.from({ length: 5_000 }, (_, index) => index).join(',')}]`));
  const few = { ...DEFAULT_LIMITS, maxNodes: 1_000 };
  const found = await decodeValue(list, undefined, few);
  expect(found).toMatchObject({ chain: ['msgpack'], warnings: ['msgpack: more than 1000 values inside'] });
  expect(
    renderTree(found.content.kind === 'tree' ? found.content.value : readJson('0'), 'line', 20).text,
  ).toBe('[0, 1, 2, 3, 4, 5, 6');
  const late = { ...DEFAULT_LIMITS, expired: () => true };
  expect((await decodeValue(list, undefined, late)).warnings).toEqual(['msgpack: it takes too long to read']);
});

test('what follows a brotli stream makes it no brotli', async () => {
  const bytes = Buffer.concat([
    brotliCompressSync(Buffer.from('hello hello hello')),
    Buffer.from([0xff, 0, 0xff]),
  ]);
  expect((await decodeValue(bytes)).chain).toEqual([]);
  expect((await decodeValue(bytes, ['brotli'])).warnings).toEqual(['brotli: 3 bytes follow the data']);
});

test('JSON of more than a megabyte is text: looking at all of it would take too long', async () => {
  const json = `[${'1,'.repeat(1_000_000)}1]`;
  expect((await decodeValue(gzipSync(Buffer.from(json)))).chain).toEqual(['gzip', 'text']);
});
