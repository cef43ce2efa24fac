import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { parseInfo } from '../redis/info.ts';
import type { ReadingNode, RedisClient } from '../redis/types.ts';

/**
 * The counters of an LFU policy: one byte a key, which grows the more slowly the higher it is, and loses one for each
 * `lfu-decay-time` (a minute unless set otherwise). Source: src/evict.c of Redis 7, LFULogIncr and LFUDecrAndReturn.
 */

/** Where a new key's counter begins. */
export const FIRST_COUNTER = 5;
const HIGHEST_COUNTER = 255;
/** Of `lfu-log-factor`, where the server does not say. */
const DEFAULT_LOG_FACTOR = 10;

/** How many uses stand behind each value of the counter, by the value. */
export type UseTable = readonly number[];

/**
 * The counter goes up by chance, once in `(counter - 5) * factor + 1` uses; so these are the uses that it takes on
 * average, without the ones that time has taken off again.
 * @param logFactor the setting `lfu-log-factor`
 */
export function useTable(logFactor: number): UseTable {
  const uses = [0];
  for (let counter = 1; counter <= HIGHEST_COUNTER; counter++) {
    const before = counter - 1;
    uses.push((uses[before] ?? 0) + (before < FIRST_COUNTER ? 0 : (before - FIRST_COUNTER) * logFactor + 1));
  }
  return uses;
}

/** Whether all servers count how often keys are used, and what their counters mean. */
export type UseCounters =
  | { readonly kind: 'counted'; readonly uses: UseTable }
  | { readonly kind: 'not counted'; readonly address: string; readonly policy: string };

/** Asks the servers whose keys are read for their policy; one that cannot be asked is left out here. */
export async function findUseCounters(client: RedisClient): Promise<UseCounters> {
  let logFactor = DEFAULT_LOG_FACTOR;
  for (const node of await client.readers()) {
    const found = await readPolicy(node);
    if (found === undefined) continue;
    if (!found.policy.endsWith('-lfu')) return { kind: 'not counted', address: node.address, ...found };
    logFactor = found.logFactor;
  }
  return { kind: 'counted', uses: useTable(logFactor) };
}

async function readPolicy(
  node: ReadingNode,
): Promise<{ readonly policy: string; readonly logFactor: number } | undefined> {
  try {
    const [info, config] = await node.pipeline([
      ['INFO', 'memory'],
      ['CONFIG', 'GET', 'lfu-log-factor'],
    ]);
    if (info instanceof CachectlError) return { policy: 'unknown', logFactor: DEFAULT_LOG_FACTOR };
    const factor = Array.isArray(config) ? Number(String(config[1])) : Number.NaN;
    return {
      policy: parseInfo(String(info)).get('maxmemory_policy') ?? 'unknown',
      logFactor: Number.isInteger(factor) ? factor : DEFAULT_LOG_FACTOR,
    };
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    return undefined;
  }
}

/** What there is to say where nobody counts and nothing was to be heard. */
export function notCounted({
  address,
  policy,
}: Extract<UseCounters, { kind: 'not counted' }>): CachectlError {
  return new CachectlError(`${address} does not count how often keys are used: its policy is ${policy}`, {
    code: 'analyze.not-counted',
    exitCode: ExitCode.usage,
    hint: 'listen for a while with --hot 10s, or let it count with maxmemory-policy allkeys-lfu',
  });
}
