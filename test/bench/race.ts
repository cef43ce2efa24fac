import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { median } from './median.ts';
import { startOtherClient, type Felt } from './other-client.ts';

/** What is measured. */
export interface Program {
  readonly root: string;
  /** The built program. */
  readonly binary: string;
}

/** One line that takes part: a whole process, start-up included. */
export interface Contestant {
  readonly name: string;
  readonly line: readonly [command: string, ...args: string[]];
  /** It takes many times as long, and is run less often. */
  readonly isSlow?: boolean;
}

interface Run extends Felt {
  readonly wallMs: number;
}

/** How to race on one server; the first contestant is the floor, the second one is cachectl. */
export interface Race<Entrant extends Contestant> {
  /** Where another client pings all the time. */
  readonly port: number;
  readonly rounds: number;
  readonly slowRounds: number;
  readonly contestants: readonly Entrant[];
  /** Before each run, outside of its time. */
  readonly prepare?: () => Promise<void>;
  /** After each run. @throws where it did not do what it should have */
  readonly check?: (contestant: Entrant) => Promise<void>;
}

/** Runs everybody in turns, and prints a table of medians. */
export async function race<Entrant extends Contestant>(what: string, plan: Race<Entrant>): Promise<void> {
  const runs = new Map<string, Run[]>(plan.contestants.map(({ name }) => [name, []]));
  for (let round = 0; round < plan.rounds; round++) {
    for (const contestant of plan.contestants) {
      if (contestant.isSlow === true && round >= plan.slowRounds) continue;
      await plan.prepare?.();
      runs.get(contestant.name)?.push(await run(contestant, plan.port));
      await plan.check?.(contestant);
    }
  }
  console.log(`${what}; medians of ${plan.rounds} interleaved rounds`);
  report(runs);
}

async function run({ name, line: [command, ...args] }: Contestant, port: number): Promise<Run> {
  const other = await startOtherClient(port);
  const startedAt = performance.now();
  const child = spawn(command, args, { cwd: '/', stdio: ['ignore', 'ignore', 'inherit'] });
  const [code] = (await once(child, 'close')) as [number | null];
  const wallMs = performance.now() - startedAt;
  const felt = other.stop();
  if (code !== 0) throw new Error(`${name}: exit ${code}`);
  return { wallMs, ...felt };
}

function report(runs: ReadonlyMap<string, readonly Run[]>): void {
  const [floorMs = Number.NaN, ownMs = Number.NaN] = Array.from(runs.values(), (list) =>
    median(list.map(({ wallMs }) => wallMs)),
  );
  console.log(`  ${''.padEnd(34)} wall s  of floor  of cachectl  others p50   p99   max ms`);
  for (const [name, list] of runs) {
    if (list.length === 0) continue;
    const medianOf = (field: keyof Run): number => median(list.map((one) => one[field]));
    const wallMs = medianOf('wallMs');
    const cells = [
      (wallMs / 1_000).toFixed(2).padStart(6),
      (wallMs / floorMs).toFixed(2).padStart(8),
      (wallMs / ownMs).toFixed(2).padStart(11),
      medianOf('p50').toFixed(2).padStart(10),
      medianOf('p99').toFixed(1).padStart(5),
      medianOf('max').toFixed(1).padStart(5),
    ];
    console.log(`  ${name.padEnd(34)} ${cells.join('  ')}`);
  }
}

/** Peak memory of a command, in a run of its own, since the measuring takes time too. */
export async function peakMegabytes({ root, binary }: Program, argv: readonly string[]): Promise<number> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-bench-'));
  try {
    const file = path.join(folder, 'peak');
    const hook = path.join(root, 'test/support/report-peak.mjs');
    const child = spawn(process.execPath, ['--import', hook, binary, ...argv], {
      cwd: '/',
      env: { ...process.env, CACHECTL_TEST_PEAK_FILE: file },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    await once(child, 'close');
    return Number(await readFile(file, 'utf8')) / 1024;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
