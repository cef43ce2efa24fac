import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { peakMegabytes, race, type Contestant, type Program } from './race.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
/** What takes many times as long is run less often. */
const SLOW_ROUNDS = Number(process.env['BENCH_SLOW_ROUNDS'] ?? 2);
const KEYS = Number(process.env['BENCH_KEYS'] ?? 1_000_000);
/** One key in so many matches. */
const ONE_IN = 5;
const PATTERN = 'user:*';
const MATCHING = KEYS / ONE_IN;
const BATCH = 50_000;

interface Clearer extends Contestant {
  /** Leaves the keys where they are. */
  readonly onlyLooks?: boolean;
}

/**
 * `cachectl clear --pattern` as a whole process, start-up included, beside a bare loop that deletes nothing and
 * what people type today. Another client pings all the time.
 */
export async function bench(program: Program): Promise<void> {
  const redis = await startTestRedis();
  try {
    await fillOthers(redis);
    const count = (keys: number): string => keys.toLocaleString('en');
    await race(`${count(KEYS)} keys, ${count(MATCHING)} match ${PATTERN}`, {
      port: redis.port,
      rounds: ROUNDS,
      slowRounds: SLOW_ROUNDS,
      contestants: await listContestants(program, redis),
      prepare: () => fillMatching(redis),
      check: async ({ name, onlyLooks }) => {
        const left = Number(await redis.call('DBSIZE'));
        const wanted = onlyLooks === true ? KEYS : KEYS - MATCHING;
        if (left !== wanted) throw new Error(`${name}: ${left} keys left`);
      },
    });
    await fillMatching(redis);
    const peak = await peakMegabytes(program, ['clear', '--pattern', PATTERN, '--url', redis.url]);
    console.log(`  peak memory of cachectl clear: ${Math.round(peak)} MB`);
  } finally {
    await redis.stop();
  }
}

async function listContestants({ root, binary }: Program, redis: TestRedis): Promise<readonly Clearer[]> {
  const port = String(redis.port);
  const file = (name: string): string => path.join(root, 'test/bench', name);
  const typed = `redis-cli -p ${port} --scan --pattern '${PATTERN}' | xargs redis-cli -p ${port} unlink > /dev/null`;
  const contestants: Clearer[] = [
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
