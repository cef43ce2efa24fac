import { expect, test } from 'vitest';
import { decodeValue } from '../../../src/values/decode.ts';
import type { DecodedValue } from '../../../src/values/decoded-value.ts';
import { renderTree } from '../../../src/values/render-tree.ts';
import { treeJson } from '../../../src/values/tree-json.ts';

const pickle = (text: string): Promise<DecodedValue> => decodeValue(Buffer.from(text, 'latin1'), ['pickle']);
const shown = ({ content }: DecodedValue, most = 2_000): string =>
  content.kind === 'tree' ? renderTree(content.value, 'line', most).text : content.kind;

test('a call is shown as a name with its arguments, and nothing is called', async () => {
  const decoded = await pickle("cos\nsystem\n(S'rm -rf /'\ntR.");
  expect(shown(decoded)).toBe('os.system("rm -rf /")');
  expect(
    treeJson(decoded.content.kind === 'tree' ? decoded.content.value : { kind: 'null' }, 1_000).data,
  ).toEqual({
    $object: 'os.system',
    args: ['rm -rf /'],
  });
});

test('a pickle that is cut off gives what stood there so far, and a warning', async () => {
  const decoded = await pickle('\x80\x02}(X\x01\x00\x00\x00aK\x01X\x01\x00\x00\x00b](K\x01K\x02');
  expect(shown(decoded)).toBe('{"a": 1, "b": [1, 2]}');
  expect(decoded.warnings).toEqual(['pickle: ends too early, at byte 24']);
});

test('a value inside itself is shown once', async () => {
  expect(shown(await pickle(']q\x00h\x00a.'))).toBe('[(itself)]');
  expect(shown(await pickle('}q\x00K\x01h\x00s.'))).toBe('{1: (itself)}');
});

test('lists that double at every step stay small in memory and in what is shown', async () => {
  let bomb = ']q\x00';
  for (let level = 1; level < 60; level++) {
    const [before, now] = [String.fromCharCode(level - 1), String.fromCharCode(level)];
    bomb += `]q${now}(${`h${before}`.repeat(10)}e`;
  }
  const decoded = await pickle(`${bomb}.`);
  expect(decoded.warnings).toEqual([]);
  expect(shown(decoded, 1_000)).toHaveLength(1_000);
  const value = decoded.content.kind === 'tree' ? decoded.content.value : undefined;
  const json = value && treeJson(value, 1_000);
  expect(json?.truncated).toBe(true);
  expect(JSON.stringify(json?.data).length).toBeLessThan(20_000);
});

test.each([
  ['lists inside of lists', `${']'.repeat(150_000)}${'a'.repeat(149_999)}.`],
  ['tuples inside of tuples', `)${'\x85'.repeat(150_000)}.`],
])('%s, 150,000 levels deep, are read and shown as far as anyone reads', async (_, text) => {
  const decoded = await pickle(text);
  expect(decoded.warnings).toEqual([]);
  expect(shown(decoded)).toContain('nested more deeply');
});

test.each([
  ['marks', '('.repeat(300_000)],
  ['copies', `N${'2'.repeat(300_000)}.`],
  ['memos', `N${'\x94'.repeat(300_000)}.`],
  ['values that are thrown away', 'N0'.repeat(300_000)],
])('more %s than any value has are refused with a warning', async (_, text) => {
  const decoded = await pickle(text);
  expect(decoded.warnings).toHaveLength(1);
});

test('the same long arguments can be named again and again at no cost', async () => {
  const args = `(${'K\x01'.repeat(50_000)}tq\x00`;
  const calls = `0cfoo\nBar\nq\x01${'0h\x01h\x00R'.repeat(20_000)}.`;
  const decoded = await pickle(`${args}${calls}`);
  expect(shown(decoded, 100)).toMatch(/^foo\.Bar\(1, 1, /);
});

test.each([
  'R.',
  '.',
  'a.',
  '(e.',
  'h\x07.',
  'c\n',
  '\x80\x09N.',
  '\x93.',
  'Ifoo\n.',
  "S'x\n.",
  'b.',
  '\x8b\xff\xff\xff\xff.',
])('nonsense is a warning: %j', async (text) => {
  const decoded = await pickle(text);
  expect(decoded.warnings).toHaveLength(1);
  expect(shown(decoded)).toMatch(/./);
});

test('an integer of a megabyte is shown by its length', async () => {
  const digits = Buffer.alloc(1_000_000, 0x7f).toString('latin1');
  expect(shown(await pickle(`\x8b\x40\x42\x0f\x00${digits}.`))).toBe(
    '<unreadable: integer of 1000000 bytes>',
  );
});

test('text with a terminal escape or half a surrogate pair stays exact', async () => {
  expect(shown(await pickle('X\x04\x00\x00\x00\x1b[0m.'))).toBe('"\\u001b[0m"');
  expect(shown(await pickle('X\x03\x00\x00\x00\xed\xa0\x80.'))).toBe('"\\ud800"');
});
