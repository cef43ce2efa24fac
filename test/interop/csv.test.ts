import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCsv, startPython, type AskPython, type CsvRecord } from '../support/python.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';

// Every character that has a meaning in CSV, a sequence for terminals, and a byte that is not UTF-8.
const NASTY = Buffer.from('a,"b"\r\n;\t\x1b[31m\xff:1', 'latin1');
const QUOTED = 'say "hi", twice';

let redis: TestRedis;
let ask: AskPython;
let cwd: string;
beforeAll(async () => {
  ask = await startPython();
  redis = await startTestRedis();
  cwd = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  await redis.node.pipeline([
    ['SET', NASTY, 'x'],
    ['SET', QUOTED, 'x'],
    ['SET', 'user:1', 'x', 'EX', 100],
    ['HSET', 'user:2', 'a', '1'],
    ['GET', 'user:1'],
    ['GET', 'none'],
  ]);
});
afterAll(() => Promise.all([redis.stop(), rm(cwd, { recursive: true, force: true })]));

async function run(argv: readonly string[]): Promise<string> {
  const { stdout, stderr } = await runMain([...argv, '--url', redis.url], { cwd });
  expect(stderr).toBe('');
  return stdout;
}

/** A command's CSV as a reader sees it, and its JSON document. */
async function both<Document>(...argv: readonly string[]): Promise<[readonly CsvRecord[], Document]> {
  return [
    await readCsv(ask, await run([...argv, '-o', 'csv'])),
    JSON.parse(await run([...argv, '--json'])) as Document,
  ];
}

test('a CSV reader gets from keys exactly the keys that there are', async () => {
  interface KeyJson {
    readonly key?: string;
    readonly key_base64?: string;
    readonly type: string;
    readonly ttl_seconds: number | null;
  }
  const [rows, { keys }] = await both<{ readonly keys: readonly KeyJson[] }>('keys', '--with', 'type,ttl');
  expect(rows).toHaveLength(4);
  const exact = rows.map(
    ({ key = '', key_base64: base64 = '' }) => Buffer.from(base64, 'base64').toString('latin1') || key,
  );
  expect(exact.toSorted()).toEqual([NASTY.toString('latin1'), QUOTED, 'user:1', 'user:2'].toSorted());
  expect(rows.map(({ type }) => type).toSorted()).toEqual(keys.map(({ type }) => type).toSorted());
  expect(rows.filter(({ ttl_seconds: ttl }) => ttl !== '').map(({ key }) => key)).toEqual(['user:1']);
});

test('and from analyze the figures of the JSON document', async () => {
  interface Figures {
    readonly keys: number;
    readonly memory_bytes: number;
    readonly keys_without_ttl: number;
  }
  interface Document {
    readonly total: Figures;
    readonly patterns: readonly (Figures & { readonly name: string })[];
    readonly types: readonly (Figures & { readonly type: string })[];
  }
  const [rows, { total, patterns, types }] = await both<Document>('analyze');
  const inCsv = (section: string, name: string, figures: Figures) =>
    expect(rows).toContainEqual(
      expect.objectContaining({
        section,
        name,
        keys: String(figures.keys),
        memory_bytes: String(figures.memory_bytes),
        keys_without_ttl: String(figures.keys_without_ttl),
      }),
    );
  inCsv('total', '', total);
  for (const pattern of patterns) inCsv('pattern', pattern.name, pattern);
  for (const type of types) inCsv('type', type.type, type);
  expect(patterns.map(({ name }) => name)).toContain(QUOTED);
  expect(rows.filter(({ section }) => section === 'pattern')).toHaveLength(patterns.length);
});

test('and from stats and stats diff', async () => {
  interface Stats {
    readonly hits: number;
    readonly misses: number;
    readonly groups: readonly { readonly group: string | null; readonly keys: number }[];
  }
  const byName = (metrics: readonly CsvRecord[]): ReadonlyMap<string, string> => {
    const values = new Map(metrics.map(({ metric = '', value = '' }) => [metric, value]));
    expect(values.size).toBe(metrics.length);
    return values;
  };
  const [metrics, stats] = await both<Stats>('stats');
  expect(byName(metrics).get('hits')).toBe(String(stats.hits));
  expect(byName(metrics).get('misses')).toBe(String(stats.misses));
  const [withGroups, { groups: counted }] = await both<Stats>('stats', '--by-prefix', '--only', 'keys');
  const named = counted.filter(({ group }) => group !== null);
  expect(named.length).toBeGreaterThan(1);
  for (const { group, keys } of named) expect(byName(withGroups).get(`${group}.keys`)).toBe(String(keys));

  await run(['stats', '--by-prefix', '--only', 'keys', '--save', 'before.json']);
  await redis.call('SET', 'user:3', 'x');
  await run(['stats', '--by-prefix', '--only', 'keys', '--save', 'after.json']);
  interface Diff {
    readonly groups: readonly {
      readonly group: string | null;
      readonly keys_before: number;
      readonly keys_after: number;
    }[];
  }
  const [rows, { groups }] = await both<Diff>('stats', 'diff', 'before.json', 'after.json');
  for (const { group, keys_before: before, keys_after: after } of groups) {
    if (group === null) continue;
    expect(rows).toContainEqual(
      expect.objectContaining({ group, keys_before: String(before), keys_after: String(after) }),
    );
  }
  expect(rows).toContainEqual(expect.objectContaining({ group: 'user', keys_before: '2', keys_after: '3' }));
});
