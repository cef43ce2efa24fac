import { afterAll, beforeAll, expect, test } from 'vitest';
import { startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { connectTo, startTestRedis, type TestRedis } from '../support/redis.ts';
import { startBinary } from '../support/run-binary.ts';
import { runMain } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';

const ITEMS = 20;
const SWITCHES = 100;
/** Of them, every so manieth run is a process that is killed half-way. */
const KILL_EVERY = 8;
const READERS = 3;

let redis: TestRedis;
let origin: TestOrigin;
let spec: SpecFolder;
/** What the origin answers belongs to one run alone. */
let generation = 0;
/** From this request of a run on, the origin does not answer. */
let silentFrom = Infinity;
beforeAll(async () => {
  redis = await startTestRedis();
  spec = await createSpecFolder();
  let requests = 0;
  let of = 0;
  origin = await startOrigin({
    '*': (_request, response) => {
      requests = of === generation ? requests + 1 : 1;
      of = generation;
      if (requests < silentFrom) response.end(`generation ${generation}`);
    },
  });
  await spec.write(`version: 1
connections: { default: { url: "${redis.url}" } }
origin: { base_url: "${origin.url}" }
namespaces: { products: {} }
scopes:
  products:
    entries:
      - { key: "{id}", namespace: products, path: "/{id}", ttl: 1h, foreach: { from: range, start: 1, end: ${ITEMS}, as: id } }
`);
});
afterAll(() => Promise.all([redis.stop(), origin.stop(), spec.remove()]));

const NEXT = ['warm', '--scope', 'products', '--next-version', '-q'];

async function killHalfWay(): Promise<void> {
  silentFrom = 1 + Math.floor(Math.random() * ITEMS);
  const child = startBinary([...NEXT, '--concurrency', '1'], { cwd: spec.folder });
  child.stdout.resume();
  child.stderr.resume();
  const closed = new Promise<void>((resolve) => child.on('close', () => resolve()));
  origin.reset();
  await origin.untilRequests(silentFrom);
  child.kill('SIGKILL');
  await closed;
  silentFrom = Infinity;
  // The next run does not wait until a dead one's locks run out.
  await redis.call('DEL', 'cachectl:lock:warm:products', 'cachectl:lock:warm:namespace:products');
}

/** Reads as applications do: the counter, and then the keys of its version. Ends with what it has seen. */
async function readUntil(
  isOver: () => boolean,
): Promise<{ readonly reads: number; readonly versions: Set<string> }> {
  const client = await connectTo(redis.url);
  const versions = new Set<string>();
  let reads = 0;
  try {
    const [node] = await client.primaries();
    while (node !== undefined && !isOver()) {
      const version = String(await node.call('GET', 'cache_version:products'));
      const names = Array.from({ length: ITEMS }, (_, index) => `products:v${version}:${index + 1}`);
      const values = await node.call('MGET', ...names);
      const bodies = new Set((Array.isArray(values) ? values : []).map(String));
      // Whole, and of one run: "null" would be a key that is not there.
      expect([...bodies], `version ${version}`).toEqual([expect.stringMatching(/^generation \d+$/)]);
      versions.add(version);
      reads++;
    }
  } finally {
    await client.close();
  }
  return { reads, versions };
}

test(`readers of ${SWITCHES} switches, some killed half-way, never see a version that is not complete`, async () => {
  generation++;
  expect((await runMain(NEXT, { cwd: spec.folder })).code).toBe(0);
  let isOver = false;
  const readers = Promise.all(Array.from({ length: READERS }, () => readUntil(() => isOver)));
  let switched = 0;
  let killed = 0;
  try {
    for (let run = 1; run <= SWITCHES; run++) {
      generation++;
      if (run % KILL_EVERY === 0) {
        await killHalfWay();
        killed++;
      } else {
        const { code, stderr } = await runMain(NEXT, { cwd: spec.folder });
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        switched++;
      }
      // Old ones go now and then, as a deploy script would let them.
      if (run % 10 === 0) await runMain(['namespace', 'gc', '--keep', '3', '-q'], { cwd: spec.folder });
    }
  } finally {
    isOver = true;
  }
  const seen = await readers;
  expect(killed).toBe(Math.floor(SWITCHES / KILL_EVERY));
  for (const { reads } of seen) expect(reads).toBeGreaterThan(switched);
  expect(new Set(seen.flatMap(({ versions }) => [...versions])).size).toBeGreaterThan(switched / 2);
  const { stdout } = await runMain(['namespace', 'list', '--json'], { cwd: spec.folder });
  const { namespaces } = JSON.parse(stdout) as {
    namespaces: { versions: { state: string; keys: number }[] }[];
  };
  expect(namespaces[0]?.versions[0]).toMatchObject({ state: 'current', keys: ITEMS });
  // A hundred deploys take their time, beside readers that never rest.
}, 180_000);
