import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { fillMixed } from './fill-mixed.ts';
import { startOtherClient, type Felt } from './other-client.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
/** What takes many times as long is run less often. */
const SLOW_ROUNDS = Math.min(ROUNDS, Number(process.env['BENCH_SLOW_ROUNDS'] ?? 1));
const KEYS = Number(process.env['BENCH_KEYS'] ?? 1_000_000);

interface Program {
  readonly root: string;
  /** The built program. */
  readonly binary: string;
}

interface Contestant {
  readonly name: string;
  readonly line: readonly [command: string, ...args: string[]];
  readonly isSlow?: boolean;
}

interface Run extends Felt {
  readonly wallMs: number;
}

/**
 * `cachectl analyze` as a whole process, start-up included, beside a bare SCAN loop over all keys and
 * `redis-cli --memkeys`, which asks for the same memory. Another client pings all the time. Then its peak memory
 * with as many keys and with twice as many.
 */
export async function bench({ root, binary }: Program): Promise<void> {
  const redis = await startTestRedis();
  try {
    await fillMixed(redis, 0, KEYS);
    const contestants = listContestants(root, binary, redis);
    const runs = new Map<string, Run[]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const contestant of contestants) {
        if (contestant.isSlow === true && round >= SLOW_ROUNDS) continue;
        const list = runs.get(contestant.name) ?? [];
        list.push(await run(contestant, redis));
        runs.set(contestant.name, list);
      }
    }
    report(contestants, runs);
    const once = await peakMegabytes(root, binary, redis);
    await fillMixed(redis, KEYS, 2 * KEYS);
    const twice = await peakMegabytes(root, binary, redis);
    console.log(
      `  peak memory: ${once.toFixed(0)} MB, with twice as many keys ${twice.toFixed(0)} MB, ` +
        `ten times as many by that ${(once + 9 * Math.max(0, twice - once)).toFixed(0)} MB`,
    );
  } finally {
    await redis.stop();
  }
}

function listContestants(root: string, binary: string, redis: TestRedis): readonly Contestant[] {
  const port = String(redis.port);
  const own = (...args: string[]): Contestant['line'] => [
    process.execPath,
    binary,
    'analyze',
    '--url',
    redis.url,
    ...args,
  ];
  return [
    {
      name: 'floor: SCAN in a bare Node loop',
      line: [process.execPath, path.join(root, 'test/bench/clear-floor.mjs'), port, '*'],
    },
    { name: 'cachectl analyze', line: own() },
    { name: 'cachectl analyze --sample 1%', line: own('--sample', '1%') },
    { name: 'cachectl --version', line: [process.execPath, binary, '--version'] },
    { name: 'redis-cli --memkeys', line: ['redis-cli', '-p', port, '--memkeys'], isSlow: true },
  ];
}

async function run({ name, line: [command, ...args] }: Contestant, redis: TestRedis): Promise<Run> {
  const other = await startOtherClient(redis.port);
  const startedAt = performance.now();
  const child = spawn(command, args, { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  const wallMs = performance.now() - startedAt;
  const felt = other.stop();
  if (code !== 0) throw new Error(`${name}: exit ${code}`);
  return { wallMs, ...felt };
}

function report(contestants: readonly Contestant[], runs: ReadonlyMap<string, readonly Run[]>): void {
  const medianOf = (name: string, of: (run: Run) => number): number => median((runs.get(name) ?? []).map(of));
  const [floor, own] = contestants;
  const floorMs = medianOf(floor?.name ?? '', (run) => run.wallMs);
  const ownMs = medianOf(own?.name ?? '', (run) => run.wallMs);
  console.log(`${KEYS.toLocaleString('en')} mixed keys; medians of ${ROUNDS} interleaved rounds`);
  console.log(`  ${''.padEnd(34)} wall s  of floor  of cachectl  others p50   p99   max ms`);
  for (const { name } of contestants) {
    const wall = medianOf(name, (run) => run.wallMs);
    const cells = [
      (wall / 1_000).toFixed(2).padStart(6),
      (wall / floorMs).toFixed(2).padStart(8),
      (wall / ownMs).toFixed(2).padStart(11),
      ...(['p50', 'p99', 'max'] as const).map((field, index) =>
        medianOf(name, (run) => run[field])
          .toFixed(index === 0 ? 2 : 1)
          .padStart(index === 0 ? 10 : 5),
      ),
    ];
    console.log(`  ${name.padEnd(34)} ${cells.join('  ')}`);
  }
}

/** In a run of its own, since the measuring takes time too. */
async function peakMegabytes(root: string, binary: string, redis: TestRedis): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-bench-'));
  try {
    const file = path.join(folder, 'peak');
    const hook = path.join(root, 'test/support/report-peak.mjs');
    const args = ['--import', hook, binary, 'analyze', '--url', redis.url];
    const env = { ...process.env, CACHECTL_TEST_PEAK_FILE: file };
    const stdio = ['ignore', 'ignore', 'inherit'] as const;
    await once(spawn(process.execPath, args, { cwd: '/', env, stdio: [...stdio] }), 'close');
    return Number(await readFile(file, 'utf8')) / 1024;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
