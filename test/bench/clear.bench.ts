import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { startOtherClient, type Felt } from './other-client.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
/** What takes many times as long is run less often. */
const SLOW_ROUNDS = Math.min(ROUNDS, Number(process.env['BENCH_SLOW_ROUNDS'] ?? 2));
const KEYS = Number(process.env['BENCH_KEYS'] ?? 1_000_000);
/** One key in so many matches. */
const ONE_IN = 5;
const PATTERN = 'user:*';
const MATCHING = KEYS / ONE_IN;
const BATCH = 50_000;

interface Program {
  readonly root: string;
  /** The built program. */
  readonly binary: string;
}

interface Contestant {
  readonly name: string;
  readonly line: readonly [command: string, ...args: string[]];
  readonly isSlow?: boolean;
  /** Leaves the keys where they are. */
  readonly onlyLooks?: boolean;
}

interface Run extends Felt {
  readonly wallMs: number;
}

/**
 * `cachectl clear --pattern` as a whole process, start-up included, beside a bare loop that deletes nothing and
 * what people type today. Another client pings all the time.
 */
export async function bench({ root, binary }: Program): Promise<void> {
  const redis = await startTestRedis();
  try {
    await fillOthers(redis);
    const contestants = await listContestants(root, binary, redis);
    const runs = new Map<string, Run[]>();
    for (let round = 0; round < ROUNDS; round++) {
      for (const contestant of contestants) {
        if (contestant.isSlow === true && round >= SLOW_ROUNDS) continue;
        await fillMatching(redis);
        const list = runs.get(contestant.name) ?? [];
        list.push(await run(contestant, redis));
        runs.set(contestant.name, list);
      }
    }
    report(contestants, runs);
    await fillMatching(redis);
    console.log(
      `  peak memory of cachectl clear: ${Math.round(await peakMegabytes(root, binary, redis))} MB`,
    );
  } finally {
    await redis.stop();
  }
}

async function listContestants(
  root: string,
  binary: string,
  redis: TestRedis,
): Promise<readonly Contestant[]> {
  const port = String(redis.port);
  const file = (name: string): string => path.join(root, 'test/bench', name);
  const typed = `redis-cli -p ${port} --scan --pattern '${PATTERN}' | xargs redis-cli -p ${port} unlink > /dev/null`;
  const contestants: Contestant[] = [
    {
      name: 'floor: SCAN in a bare Node loop',
      line: [process.execPath, file('clear-floor.mjs'), port, PATTERN],
      onlyLooks: true,
    },
    {
      name: 'cachectl clear',
      line: [process.execPath, binary, 'clear', '--pattern', PATTERN, '--url', redis.url],
    },
    { name: 'redis-cli --scan | xargs unlink', line: ['/bin/sh', '-c', typed], isSlow: true },
  ];
  const python = execFileSync('/bin/sh', ['-c', 'command -pv python3 || true'], { encoding: 'utf8' }).trim();
  const hasDjango = python !== '' && (await succeeds(python, ['-c', 'import django_redis']));
  if (!hasDjango) console.log('  (django-redis is not installed: apt-get install python3-django-redis)');
  for (const itersize of hasDjango ? ['1000', 'default'] : []) {
    contestants.push({
      name: `django-redis, itersize ${itersize}`,
      line: [python, file('delete-pattern.py'), port, PATTERN, itersize],
      isSlow: true,
    });
  }
  return contestants;
}

async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  const [code] = (await once(spawn(command, args, { stdio: 'ignore' }), 'close')) as [number | null];
  return code === 0;
}

async function run(
  { name, line: [command, ...args], onlyLooks }: Contestant,
  redis: TestRedis,
): Promise<Run> {
  const other = await startOtherClient(redis.port);
  const startedAt = performance.now();
  const child = spawn(command, args, { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  const wallMs = performance.now() - startedAt;
  const felt = other.stop();
  const left = Number(await redis.call('DBSIZE'));
  const wanted = onlyLooks === true ? KEYS : KEYS - MATCHING;
  if (code !== 0 || left !== wanted) throw new Error(`${name}: exit ${code}, ${left} keys left`);
  return { wallMs, ...felt };
}

/** The keys that stay. */
async function fillOthers(redis: TestRedis): Promise<void> {
  await fill(redis, 'other', 'i % tonumber(ARGV[4]) ~= 0');
}

async function fillMatching(redis: TestRedis): Promise<void> {
  await fill(redis, 'user', 'i % tonumber(ARGV[4]) == 0');
}

async function fill(redis: TestRedis, name: string, condition: string): Promise<void> {
  const script = `for i = ARGV[1], ARGV[2] - 1 do if ${condition} then redis.call('SET', ARGV[3] .. ':' .. i, 'value') end end`;
  for (let start = 0; start < KEYS; start += BATCH) {
    await redis.call('EVAL', script, 0, start, Math.min(KEYS, start + BATCH), name, ONE_IN);
  }
}

function report(contestants: readonly Contestant[], runs: ReadonlyMap<string, readonly Run[]>): void {
  const medianOf = (name: string, of: (run: Run) => number): number => median((runs.get(name) ?? []).map(of));
  const [floor, own] = contestants;
  const floorMs = medianOf(floor?.name ?? '', (run) => run.wallMs);
  const ownMs = medianOf(own?.name ?? '', (run) => run.wallMs);
  const count = (keys: number): string => keys.toLocaleString('en');
  console.log(
    `${count(KEYS)} keys, ${count(MATCHING)} match ${PATTERN}; medians of ${ROUNDS} interleaved rounds`,
  );
  console.log(`  ${''.padEnd(34)} wall s  of floor  of cachectl  others p50   p99   max ms`);
  for (const { name } of contestants.filter((contestant) => runs.has(contestant.name))) {
    const wall = medianOf(name, (run) => run.wallMs);
    const cells = [
      (wall / 1_000).toFixed(2).padStart(6),
      (wall / floorMs).toFixed(2).padStart(8),
      (wall / ownMs).toFixed(2).padStart(11),
      medianOf(name, (run) => run.p50)
        .toFixed(2)
        .padStart(10),
      medianOf(name, (run) => run.p99)
        .toFixed(1)
        .padStart(5),
      medianOf(name, (run) => run.max)
        .toFixed(1)
        .padStart(5),
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
    const args = ['--import', hook, binary, 'clear', '--pattern', PATTERN, '--url', redis.url];
    const env = { ...process.env, CACHECTL_TEST_PEAK_FILE: file };
    await once(
      spawn(process.execPath, args, { cwd: '/', env, stdio: ['ignore', 'ignore', 'inherit'] }),
      'close',
    );
    return Number(await readFile(file, 'utf8')) / 1024;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
