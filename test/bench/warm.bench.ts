import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findServer } from '../../src/local-server/find-server.ts';
import { startRedis } from '../../src/local-server/start-redis.ts';
import { median } from './median.ts';

const CONNECTIONS = 50;
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 7);

interface Setting {
  readonly name: string;
  readonly delayMs: number;
  readonly targets: number;
  /** What the concurrency allows, in requests a second. */
  readonly bound: number | undefined;
}

const SETTINGS: readonly Setting[] = [
  { name: 'loopback, 20,000 targets', delayMs: 0, targets: 20_000, bound: undefined },
  { name: 'loopback, 100,000 targets', delayMs: 0, targets: 100_000, bound: undefined },
  { name: '50 ms of latency', delayMs: 50, targets: 5_000, bound: (CONNECTIONS * 1_000) / 50 },
];

/** `cachectl warm`, writes to a private Redis included, side by side with autocannon, which writes nothing. */
export async function bench(program: Pick<Place, 'root' | 'binary'>): Promise<void> {
  const server = findServer(process.env);
  if (server === undefined) throw new Error('no redis-server');
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-bench-'));
  const redis = await startRedis(server);
  try {
    const only = process.env['BENCH_SETTING'];
    for (const setting of SETTINGS) {
      if (only !== undefined && !setting.name.includes(only)) continue;
      await measure(setting, { ...program, folder, redisUrl: redis.url });
    }
  } finally {
    await redis.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Place {
  readonly root: string;
  /** The built program. */
  readonly binary: string;
  readonly folder: string;
  readonly redisUrl: string;
}

async function measure(setting: Setting, place: Place): Promise<void> {
  const origin = spawn(
    process.execPath,
    [path.join(place.root, 'test/bench/origin.mjs'), String(setting.delayMs)],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  );
  try {
    const [port] = (await once(origin.stdout, 'data')) as [Buffer];
    const url = `http://127.0.0.1:${String(port).trim()}`;
    await writeSpec(place.folder, url, setting.targets);
    const runs: Runs = { autocannon: [], warm: [], again: [] };
    for (let round = 0; round < ROUNDS; round++) {
      runs.autocannon.push(await autocannon(place, url, setting.targets));
      await flush(place);
      runs.warm.push(await warm(place, ['--force']));
      runs.again.push(await warm(place, []));
    }
    report(setting, runs);
  } finally {
    origin.stdin.end();
    await once(origin, 'close');
  }
}

/** One run of a process. */
interface Run {
  /** Requests a second while requests are made, writes included. */
  readonly rate: number;
  /** Requests a second of the whole process, from its start to its end. */
  readonly wholeRate: number;
  /** What the process takes besides: its start, reading and checking the plan, its end. */
  readonly besidesMs: number;
}

type Runs = Record<'autocannon' | 'warm' | 'again', Run[]>;

function report(setting: Setting, runs: Runs): void {
  const rateOf = (list: readonly Run[]): number => median(list.map(({ rate }) => rate));
  const wholeRateOf = (list: readonly Run[]): number => median(list.map(({ wholeRate }) => wholeRate));
  console.log(`${setting.name}, ${CONNECTIONS} connections, medians of ${ROUNDS} rounds`);
  const line = (name: string, list: readonly Run[]): void => {
    const besides = Math.round(median(list.map(({ besidesMs }) => besidesMs)));
    const share = (own: number, of: number): string => (own / of).toFixed(2);
    const rate = rateOf(list);
    const bound = setting.bound === undefined ? '' : `, ${share(rate, setting.bound)} of the bound`;
    const whole = wholeRateOf(list);
    console.log(
      `  ${name.padEnd(28)} ${perSecond(rate)} in the run, ${share(rate, rateOf(runs.autocannon))} of autocannon${bound}; ` +
        `${perSecond(whole)} of the whole process, ${share(whole, wholeRateOf(runs.autocannon))} (${besides} ms besides the run)`,
    );
  };
  // autocannon looks only once a second whether it is done, so its whole process says little.
  line('autocannon, writes nothing', runs.autocannon);
  line('cachectl warm, cold', runs.warm);
  line('cachectl warm, again', runs.again);
}

async function autocannon({ root }: Place, url: string, targets: number): Promise<Run> {
  const spawnedAt = performance.now();
  const child = spawn(
    process.execPath,
    [path.join(root, 'test/bench/autocannon.mjs'), url, String(targets), String(CONNECTIONS)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const result = JSON.parse(await output(child)) as { requests: number; elapsed_ms: number; errors: number };
  if (result.errors > 0) throw new Error('autocannon had errors');
  return runOf(result.requests, result.elapsed_ms, spawnedAt);
}

async function warm({ binary, folder, redisUrl }: Place, argv: readonly string[]): Promise<Run> {
  const spawnedAt = performance.now();
  const profile = process.env['BENCH_PROFILE'];
  const node = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const child = spawn(
    process.execPath,
    [
      ...node,
      binary,
      ...[
        'warm',
        '--scope',
        'bench',
        '--url',
        redisUrl,
        '--concurrency',
        String(CONNECTIONS),
        '--json',
        ...argv,
      ],
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const result = JSON.parse(await output(child)) as { targets: number; failed: number; elapsed_ms: number };
  if (result.failed > 0) throw new Error(`${result.failed} targets failed`);
  return runOf(result.targets, result.elapsed_ms, spawnedAt);
}

function runOf(requests: number, elapsedMs: number, spawnedAt: number): Run {
  const wholeMs = performance.now() - spawnedAt;
  return {
    rate: (requests / elapsedMs) * 1_000,
    wholeRate: (requests / wholeMs) * 1_000,
    besidesMs: wholeMs - elapsedMs,
  };
}

function perSecond(rate: number): string {
  return `${Math.round(rate).toLocaleString('en')}/s`;
}

async function output(child: ChildProcess): Promise<string> {
  let text = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(child, 'close');
  return text;
}

/** Empties the server and proves it: no round works against what the one before has left. */
async function flush({ redisUrl }: Place): Promise<void> {
  const { hostname, port } = new URL(redisUrl);
  const socket = connect(Number(port), hostname);
  socket.write('FLUSHALL SYNC\r\nDBSIZE\r\nQUIT\r\n');
  let replies = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => (replies += chunk));
  await once(socket, 'close');
  if (!replies.startsWith('+OK\r\n:0\r\n')) throw new Error(`FLUSHALL did not work: ${replies}`);
}

async function writeSpec(folder: string, url: string, targets: number): Promise<void> {
  await writeFile(
    path.join(folder, 'cachectl.yaml'),
    `version: 1
origin: { base_url: "${url}" }
scopes:
  bench:
    entries:
      - { key: "item:{n}", path: "/item/{n}", foreach: { from: range, start: 1, end: ${targets}, as: n } }
`,
  );
}
