import type { Context } from '../cli/context.ts';
import { printableKey } from '../keys/printable.ts';
import type { RedisClient } from '../redis/types.ts';
import { formatBytes } from '../units/bytes.ts';
import { countOf } from '../units/number.ts';
import { passed, skipped, warning, type Finding } from './check.ts';

/** A sample: whoever wants to know all asks `cachectl keys --sort size`. */
const MOST_KEYS = 5_000;
const MOST_MS = 1_000;
/** A megabyte takes milliseconds on the wire, and every client of that server waits. */
const BIG_BYTES = 1024 * 1024;

/** Looks at a sample of the keys, for a second at most. */
export async function findBigKeys(client: RedisClient, context: Context): Promise<Finding> {
  const { clock } = context.host;
  const startedAt = clock.monotonicMs();
  let seen = 0;
  let big = 0;
  let largest: { readonly key: Buffer; readonly bytes: number } | undefined;
  const query = { reading: true, each: 'once' } as const;
  for await (const { node, keys } of client.walk(query, context.signal, () => undefined)) {
    const sizes = await node.pipeline(keys.map((key) => ['MEMORY', 'USAGE', key]));
    for (const [index, size] of sizes.entries()) {
      if (typeof size !== 'number') continue;
      const key = keys[index];
      seen++;
      if (size >= BIG_BYTES) big++;
      if (key !== undefined && size > (largest?.bytes ?? 0)) largest = { key, bytes: size };
    }
    if (seen >= MOST_KEYS || clock.monotonicMs() - startedAt > MOST_MS) break;
  }
  if (largest === undefined)
    return seen === 0 ? passed('no keys to look at') : skipped('the server does not tell');
  const sample = `of ${countOf(seen, 'key')} looked at`;
  return big > 0
    ? warning(
        `${countOf(big, 'key')} ${sample} over 1 MB, the largest ${printableKey(largest.key)} (${formatBytes(largest.bytes)})`,
        'cachectl keys --sort size --top 20 --with type',
      )
    : passed(`the largest ${sample} has ${formatBytes(largest.bytes)}`);
}
