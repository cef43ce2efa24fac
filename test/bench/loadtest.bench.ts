import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findProgram, findServer } from '../../src/local-server/find-server.ts';
import { startRedis } from '../../src/local-server/start-redis.ts';
import { Recorder } from '../../src/loadtest/engine/recorder.ts';
import { median } from './median.ts';

const CONNECTIONS = 50;
const TARGETS = 1_000;
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 3);
const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 3);

interface Program {
  readonly root: string;
  readonly binary: string;
}

/** The part of the report that is looked at. */
interface LoadReport {
  readonly totals: {
    readonly requests_per_second: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly dropped: number;
    readonly latency: { readonly p50_ms: number; readonly p99_ms: number };
    readonly start_delay: { readonly p50_ms: number; readonly p99_ms: number } | null;
  };
}

/** `cachectl loadtest` beside autocannon, wrk and redis-benchmark, in one run. */
export async function bench(program: Program): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-bench-'));
  try {
    const only = process.env['BENCH_PART'];
    if (only === undefined || only === 'http') await withOrigin(program, folder, benchClosed);
    if (only === undefined || only === 'open') await withOrigin(program, folder, benchOpen);
    if (only === undefined || only === 'redis') await benchRedis(program);
    if (only === undefined || only === 'recording') benchRecording();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** An origin, and a load on all of its targets. */
interface Place {
  readonly url: string;
  readonly ours: (args: readonly string[]) => Promise<LoadReport>;
}

async function withOrigin(
  program: Program,
  folder: string,
  work: (program: Program, place: Place) => Promise<void>,
): Promise<void> {
  const origin = spawn(process.execPath, [path.join(program.root, 'test/bench/origin.mjs'), '0'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    const [port] = (await once(origin.stdout, 'data')) as [Buffer];
    const url = `http://127.0.0.1:${String(port).trim()}`;
    const list = path.join(folder, 'targets.txt');
    await writeFile(list, Array.from({ length: TARGETS }, (_, index) => `/item/${index + 1}\n`).join(''));
    await work(program, {
      url,
      ours: (args) => loadtest(program, ['--requests-from', list, '--url', url, ...args]),
    });
  } finally {
    origin.stdin.end();
    await once(origin, 'close');
  }
}

async function benchClosed(program: Program, { url, ours }: Place): Promise<void> {
  const rates = { autocannon: [] as number[], wrk: [] as number[], closed: [] as number[] };
  const wrk = findProgram('wrk', process.env);
  for (let round = 0; round < ROUNDS; round++) {
    rates.autocannon.push(await autocannon(program, url));
    if (wrk !== undefined) rates.wrk.push(await runWrk(wrk, url));
    const { totals } = await ours(['--connections', String(CONNECTIONS), '-d', `${SECONDS}s`]);
    if (totals.failed > 0) throw new Error(`${totals.failed} requests failed`);
    rates.closed.push(totals.requests_per_second);
  }
  const [peer, fastest, own] = [median(rates.autocannon), median(rates.wrk), median(rates.closed)];
  console.log(`closed load, ${CONNECTIONS} connections, 2 KB answers, medians of ${ROUNDS} rounds`);
  console.log(`  autocannon         ${shown(peer)}/s`);
  console.log(`  wrk, one thread    ${wrk === undefined ? 'is not here' : `${shown(fastest)}/s`}`);
  console.log(
    `  cachectl loadtest  ${shown(own)}/s, ${(own / peer).toFixed(2)} of autocannon, ${(own / fastest).toFixed(2)} of wrk`,
  );
}

/** How well a schedule is kept: from the first request on, and without the start of the program and of the origin. */
async function benchOpen(_program: Program, { ours }: Place): Promise<void> {
  // The origin's own start is none of the schedule's.
  await ours(['--connections', String(CONNECTIONS), '-d', '1s']);
  console.log(`open load, medians of ${ROUNDS} rounds: how much later than planned requests were sent`);
  for (const [rate, warmup] of [
    [1_000, '0s'],
    [10_000, '0s'],
    [10_000, '1s'],
  ] as const) {
    const runs: LoadReport['totals'][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const args = [
        '--rate',
        `${rate}/s`,
        '-d',
        `${SECONDS}s`,
        ...(warmup === '0s' ? [] : ['--warmup', warmup]),
      ];
      runs.push((await ours(args)).totals);
    }
    const sum = (value: (totals: LoadReport['totals']) => number): number =>
      runs.reduce((total, run) => total + value(run), 0);
    const late = (percentile: 'p50_ms' | 'p99_ms'): string =>
      median(runs.map(({ start_delay }) => start_delay?.[percentile] ?? Number.NaN)).toFixed(2);
    console.log(
      `  ${shown(rate)}/s${warmup === '0s' ? '' : ` after --warmup ${warmup}`}: p50 ${late('p50_ms')} ms, p99 ${late('p99_ms')} ms; ` +
        `${shown(sum(({ succeeded }) => succeeded))} answered, ${sum(({ failed }) => failed)} failed, ${sum(({ dropped }) => dropped)} dropped`,
    );
  }
}

async function benchRedis(program: Program): Promise<void> {
  const server = findServer(process.env);
  const benchmark = findProgram('redis-benchmark', process.env);
  if (server === undefined || benchmark === undefined)
    throw new Error('no redis-server, or no redis-benchmark');
  const redis = await startRedis(server);
  try {
    for (const pipeline of [1, 16]) {
      const peers: number[] = [];
      const own: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        peers.push(await redisBenchmark(benchmark, redis.url, pipeline));
        const { totals } = await loadtest(program, [
          ...['--redis', '--url', redis.url, '--mix', 'get', '--connections', String(CONNECTIONS)],
          ...['--pipeline', String(pipeline), '-d', `${SECONDS}s`],
        ]);
        if (totals.failed > 0) throw new Error(`${totals.failed} commands failed`);
        own.push(totals.requests_per_second);
      }
      console.log(`GET, ${CONNECTIONS} connections${pipeline === 1 ? '' : `, ${pipeline} at once`}`);
      console.log(`  redis-benchmark            ${shown(median(peers))}/s`);
      console.log(
        `  cachectl loadtest --redis  ${shown(median(own))}/s, ${(median(own) / median(peers)).toFixed(2)} of redis-benchmark`,
      );
    }
  } finally {
    await redis.stop();
  }
}

/** What recording one request costs, as a part of what a request takes at the rate of the closed load. */
function benchRecording(): void {
  const recorder = new Recorder({ endpoints: TARGETS, startedAt: 0, measureFrom: 0, isPlanned: true });
  const ended = { endpoint: 0, plannedAt: 0, sentAt: 0, endedAt: 0 };
  const count = 2_000_000;
  let startedAt = 0;
  for (let i = 0; i < 2 * count; i++) {
    // The first half warms up.
    if (i === count) startedAt = performance.now();
    ended.endpoint = i % 100;
    ended.plannedAt = i / 60;
    ended.sentAt = ended.plannedAt + 0.1;
    ended.endedAt = ended.sentAt + (i % 1_000) / 100;
    recorder.succeeded(ended, 200, 2_048, Number.NaN);
  }
  const microseconds = ((performance.now() - startedAt) * 1_000) / count;
  const rate = 50_000;
  console.log(
    `recording: ${microseconds.toFixed(2)} µs a request, ${((microseconds * rate) / 10_000).toFixed(1)} % of the time at ${shown(rate)}/s`,
  );
}

async function loadtest({ binary }: Program, args: readonly string[]): Promise<LoadReport> {
  return JSON.parse(await output(process.execPath, [binary, 'loadtest', ...args, '--json'])) as LoadReport;
}

async function autocannon({ root }: Program, url: string): Promise<number> {
  const script = path.join(root, 'test/bench/autocannon.mjs');
  const text = await output(process.execPath, [script, url, String(40_000 * SECONDS), String(CONNECTIONS)]);
  const result = JSON.parse(text) as { readonly requests: number; readonly elapsed_ms: number };
  return (result.requests / result.elapsed_ms) * 1_000;
}

async function runWrk(program: string, url: string): Promise<number> {
  const text = await output(program, ['-t1', `-c${CONNECTIONS}`, `-d${SECONDS}s`, `${url}/item/1`]);
  return Number(/Requests\/sec:\s*([\d.]+)/.exec(text)?.[1] ?? Number.NaN);
}

async function redisBenchmark(program: string, url: string, pipeline: number): Promise<number> {
  const { hostname, port } = new URL(url);
  const requests = pipeline === 1 ? 100_000 * SECONDS : 500_000 * SECONDS;
  const text = await output(program, [
    ...[
      '-h',
      hostname,
      '-p',
      port,
      '-c',
      String(CONNECTIONS),
      '-n',
      String(requests),
      '-P',
      String(pipeline),
    ],
    ...['-r', '10000', '-d', '100', '-t', 'set,get', '--csv'],
  ]);
  return Number(/^"GET","([\d.]+)"/m.exec(text)?.[1] ?? Number.NaN);
}

async function output(program: string, args: readonly string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
  await once(child, 'close');
  return text;
}

function shown(rate: number): string {
  return Math.round(rate).toLocaleString('en');
}
