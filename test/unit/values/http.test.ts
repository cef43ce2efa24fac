import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeValue } from '../../../src/values/decode.ts';
import { renderTree } from '../../../src/values/render-tree.ts';
import { renderShown } from '../../../src/values/render-decoded.ts';
import { showValue } from '../../../src/values/shown-value.ts';
import { treeJson } from '../../../src/values/tree-json.ts';

const block = async (bytes: Buffer | string): Promise<string> => {
  const { content } = await decodeValue(Buffer.from(bytes as string));
  return content.kind === 'tree' ? renderTree(content.value, 'block', 10_000).text : content.kind;
};
const chain = async (bytes: Buffer | string) => (await decodeValue(Buffer.from(bytes as string))).chain;

const shown = async (bytes: Buffer | string) => {
  const start = Buffer.from(bytes as string);
  const request = { steps: undefined, maxBytes: 10_000, maxDecodeBytes: 10_000, nowMs: () => 0 };
  return showValue({ start, totalBytes: start.length }, request);
};
const shownBlock = async (bytes: Buffer | string) =>
  renderShown(await shown(bytes), { width: undefined, unicode: true });
const shownChain = async (bytes: Buffer | string) => (await shown(bytes)).decoded?.chain ?? ['json'];

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nX-Made:  1 \r\n';

describe('a response as it goes over the wire', () => {
  test('is shown as status, headers and body', async () => {
    expect(await block(`${HEAD}\r\n<p>Zoë</p>`)).toBe(
      'HTTP response\n  200 OK\n  Content-Type: text/html\n  X-Made: 1\n\n  <p>Zoë</p>',
    );
    expect(await chain(`${HEAD}\r\n<p>Zoë</p>`)).toEqual(['http']);
    const { content } = await decodeValue(Buffer.from('HTTP/2 404\nA: b\nA: c\n\nno'));
    expect(content.kind === 'tree' ? treeJson(content.value, 1_000).data : content).toEqual({
      $http: {
        class: 'HTTP response',
        status: 404,
        reason: null,
        headers: [
          ['A', 'b'],
          ['A', 'c'],
        ],
        body: 'no',
      },
    });
  });

  test('has its chunks joined, and its compression undone', async () => {
    const body = gzipSync('<p>hello</p>');
    const packed = [
      Buffer.from(`${HEAD}Content-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n`),
      body.subarray(0, 3),
      Buffer.from(`\r\n${(body.length - 3).toString(16)};a=b\r\n`),
      body.subarray(3),
      Buffer.from('\r\n0\r\nX-Trailer: 1\r\n\r\n'),
    ];
    expect(await block(Buffer.concat(packed))).toMatch(/chunked\n\n {2}<p>hello<\/p>$/);
  });

  test('a body that is not chunked any more is shown all the same', async () => {
    expect(await block(`${HEAD}Transfer-Encoding: chunked\r\n\r\n<p>whole</p>`)).toMatch(/<p>whole<\/p>$/);
  });

  test.each([
    'HTTP/1.1 200 OK',
    'HTTP/1.1 200 OK\r\nwithout a colon\r\n\r\nbody',
    'HTTP/1.1 999 Odd\r\n\r\n',
    'HTTP/1.1 200 OK in a log line\nHTTP/1.1 404 Not Found in another\n\n',
    'HTTP/ is a protocol',
  ])('what only begins like one is text: %j', async (text) => {
    expect(await chain(text)).toEqual(['text']);
  });

  test('can be asked for', async () => {
    const { warnings } = await decodeValue(Buffer.from('no response\n'), ['http']);
    expect(warnings).toEqual(['http: no HTTP response']);
  });
});

describe("warm's envelope", () => {
  test('is shown as status, headers and body', async () => {
    const text = '{"status":201,"headers":{"etag":"\\"a\\"","link":["x","y"]},"body":"Zo\\u00eb"}';
    expect(await shownChain(text)).toEqual(['warm', 'json']);
    expect(await shownChain(gzipSync(text))).toEqual(['gzip', 'warm', 'json']);
    expect(await shownBlock(text)).toBe(
      'HTTP response\n  201 Created\n  etag: "a"\n  link: x\n  link: y\n\n  Zoë',
    );
  });

  test('has its bytes in base64 where they are no text', async () => {
    expect(await shownBlock('{"status":200,"headers":{},"body_base64":"/wA="}')).toBe(
      'HTTP response\n  200 OK\n\n  b"\\xff\\x00"',
    );
  });

  test.each([
    '{"status":200,"headers":{},"body":"x","more":1}',
    '{"status":200,"headers":[],"body":"x"}',
    '{"status":200,"headers":{"a":1},"body":"x"}',
    '{"status":200,"headers":{},"body":{}}',
    '{"status":"ok","headers":{},"body":"x"}',
  ])('other JSON stays JSON: %s', async (text) => {
    expect(await shownChain(text)).toEqual(['json']);
  });
});
