import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answer, startOrigin } from '../support/http-origin.ts';
import { runBinary } from '../support/run-binary.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function writeLines(name: string, count: number, line: (index: number) => string): Promise<void> {
  const stream = createWriteStream(path.join(folder, name));
  for (let start = 0; start < count; start += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, count - start) }, (_, i) => line(start + i));
    if (!stream.write(`${lines.join('\n')}\n`)) await once(stream, 'drain');
  }
  stream.end();
  await finished(stream);
}

/** Peak memory in MB and seconds of the plan of so many targets. */
async function plan(scope: string, targets: number, origin: string): Promise<readonly [number, number]> {
  const file = path.join(folder, 'peak');
  const hook = new URL('../support/report-peak.mjs', import.meta.url).href;
  const startedAt = performance.now();
  const run = await runBinary(['warm', '--scope', scope, '--dry-run', '--json'], {
    cwd: folder,
    env: { ORIGIN_URL: origin, NODE_OPTIONS: `--import ${hook}`, CACHECTL_TEST_PEAK_FILE: file },
  });
  expect({ code: run.code, stderr: run.stderr.replace(/^(asking|warming|reading).*\n/gm, '') }).toEqual({
    code: 0,
    stderr: '',
  });
  expect(JSON.parse(run.stdout)).toMatchObject({ complete: true, targets, merged: 0 });
  return [Number(await readFile(file, 'utf8')) / 1024, (performance.now() - startedAt) / 1_000];
}

test('a million targets of a file or an access log take little more memory than a quarter of that', async () => {
  const origin = await startOrigin({ '*': answer('x') });
  await writeFile(
    path.join(folder, 'cachectl.yaml'),
    `version: 1
origin: { base_url: "\${ORIGIN_URL}" }
scopes:
  file: { entries: [{ key: "user:{id}", path: "/users/{id}", foreach: { from: file, path: ids.txt, as: id } }] }
  csv: { entries: [{ key: "u:{id}", path: "/users/{id}/{slug}", foreach: { from: file, path: ids.csv, as: [id, slug] } }] }
  log: { entries: [{ key: "page:{path}", path: "{path}", foreach: { from: access_log, files: access.log } }] }
`,
  );
  const peaks: Record<string, (readonly [number, number])[]> = { file: [], csv: [], log: [] };
  for (const count of [250_000, 1_000_000]) {
    await writeLines('ids.txt', count, (index) => String(index));
    await writeLines('ids.csv', count, (index) => (index === 0 ? 'id,slug' : `${index},"slug, ${index}"`));
    await writeLines(
      'access.log',
      count,
      (index) => `h - - [t] "GET /products/${index}?lang=en HTTP/1.1" 200 5 "-" "agent"`,
    );
    for (const [scope, found] of Object.entries(peaks)) {
      found.push(await plan(scope, scope === 'csv' ? count - 1 : count, origin.url));
    }
  }
  await origin.stop();
  console.log('peak MB and seconds at 250,000 and 1,000,000 targets:', peaks);
  const growth = (scope: string): number => (peaks[scope]?.[1]?.[0] ?? 0) - (peaks[scope]?.[0]?.[0] ?? 0);
  // 750,000 keys more: 6 MB of their digests, and what is young in the heap some more. As objects they would
  // take hundreds.
  expect(growth('file')).toBeLessThan(25);
  expect(growth('csv')).toBeLessThan(25);
  // A log has no more paths in memory than a quarter of a million; pieces of the rest are added up at the end.
  expect(growth('log')).toBeLessThan(35);
});
