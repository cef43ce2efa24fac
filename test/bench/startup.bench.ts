import { spawnSync } from 'node:child_process';
import { startTestRedis } from '../support/redis.ts';
import { median } from './median.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 40);

interface Program {
  /** The built program. */
  readonly binary: string;
}

interface Contestant {
  readonly name: string;
  readonly args: readonly string[];
  /** How many times the bare Node it may take. */
  readonly ceiling: number;
  readonly exitCode?: number;
}

/** Whole processes, from starting them to their end, beside a Node that does nothing. */
export async function bench({ binary }: Program): Promise<void> {
  const redis = await startTestRedis();
  try {
    const contestants: readonly Contestant[] = [
      { name: 'node -e 0', args: ['-e', '0'], ceiling: 1 },
      { name: 'cachectl --version', args: [binary, '--version'], ceiling: 1.25 },
      { name: 'cachectl --help', args: [binary, '--help'], ceiling: 1.4 },
      { name: 'cachectl cler (a typo)', args: [binary, 'cler'], ceiling: 1.4, exitCode: 2 },
      { name: 'cachectl stats', args: [binary, 'stats', '--url', redis.url], ceiling: 2 },
      { name: 'cachectl ping', args: [binary, 'ping', '--url', redis.url], ceiling: 2 },
    ];
    const times = new Map(contestants.map(({ name }) => [name, [] as number[]]));
    // One round more than counts: the first one fills the machine's caches.
    for (let round = 0; round <= ROUNDS; round++) {
      for (const contestant of contestants) {
        const ms = run(contestant);
        if (round > 0) times.get(contestant.name)?.push(ms);
      }
    }
    report(contestants, times);
  } finally {
    await redis.stop();
  }
}

function run({ name, args, exitCode = 0 }: Contestant): number {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, args, { cwd: '/', stdio: 'ignore' });
  const elapsedMs = performance.now() - startedAt;
  if (status !== exitCode) throw new Error(`${name}: exit ${status ?? 'by a signal'}`);
  return elapsedMs;
}

function report(contestants: readonly Contestant[], times: ReadonlyMap<string, readonly number[]>): void {
  const medianOf = (name: string): number => median(times.get(name) ?? []);
  const bareMs = medianOf(contestants[0]?.name ?? '');
  console.log(`medians of ${ROUNDS} interleaved rounds, Node ${process.version}`);
  console.log(`  ${''.padEnd(26)}     ms  of node -e 0  aimed at`);
  for (const { name, ceiling } of contestants) {
    const ms = medianOf(name);
    const cells = [
      ms.toFixed(1).padStart(6),
      (ms / bareMs).toFixed(2).padStart(12),
      ceiling.toFixed(2).padStart(8),
    ];
    console.log(`  ${name.padEnd(26)} ${cells.join('  ')}`);
  }
}
