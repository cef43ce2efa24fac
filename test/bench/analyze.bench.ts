import path from 'node:path';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { fillMixed } from './fill-mixed.ts';
import { peakMegabytes, race, type Contestant, type Program } from './race.ts';

const ROUNDS = Number(process.env['BENCH_ROUNDS'] ?? 5);
/** What takes many times as long is run less often. */
const SLOW_ROUNDS = Number(process.env['BENCH_SLOW_ROUNDS'] ?? 1);
const KEYS = Number(process.env['BENCH_KEYS'] ?? 1_000_000);

/**
 * `cachectl analyze` as a whole process, start-up included, beside a bare SCAN loop over all keys and
 * `redis-cli --memkeys`, which asks for the same memory. Another client pings all the time. Then its peak memory
 * with as many keys and with twice as many.
 */
export async function bench(program: Program): Promise<void> {
  const redis = await startTestRedis();
  try {
    await fillMixed(redis, 0, KEYS);
    await race(`${KEYS.toLocaleString('en')} mixed keys`, {
      port: redis.port,
      rounds: ROUNDS,
      slowRounds: SLOW_ROUNDS,
      contestants: listContestants(program, redis),
    });
    const line = ['analyze', '--url', redis.url];
    const once = await peakMegabytes(program, line);
    await fillMixed(redis, KEYS, 2 * KEYS);
    const twice = await peakMegabytes(program, line);
    console.log(
      `  peak memory: ${once.toFixed(0)} MB, with twice as many keys ${twice.toFixed(0)} MB, ` +
        `ten times as many by that ${(once + 9 * Math.max(0, twice - once)).toFixed(0)} MB`,
    );
  } finally {
    await redis.stop();
  }
}

function listContestants({ root, binary }: Program, redis: TestRedis): readonly Contestant[] {
  const port = String(redis.port);
  const own = [process.execPath, binary, 'analyze', '--url', redis.url] as const;
  return [
    {
      name: 'floor: SCAN in a bare Node loop',
      line: [process.execPath, path.join(root, 'test/bench/clear-floor.mjs'), port, '*'],
    },
    { name: 'cachectl analyze', line: own },
    { name: 'cachectl analyze --sample 1%', line: [...own, '--sample', '1%'] },
    { name: 'cachectl --version', line: [process.execPath, binary, '--version'] },
    { name: 'redis-cli --memkeys', line: ['redis-cli', '-p', port, '--memkeys'], isSlow: true },
  ];
}
