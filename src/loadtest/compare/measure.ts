import { CachectlError } from '../../cli/errors.ts';
import { DEFAULT_MAX_BODY_BYTES } from '../../origin/limits.ts';
import type { OriginClient } from '../../origin/types.ts';
import { removeKeys } from '../../redis/keyspace.ts';
import type { RedisClient, RedisNode } from '../../redis/types.ts';
import type { Target } from '../../warm/target.ts';
import { cacheLoad } from './cache-load.ts';
import { putBackEntry, rememberEntry } from './cached-entry.ts';
import { GIVE_UP_AFTER, runClosedLoop, type ClosedLoad, type PhaseTools } from './closed-loop.ts';
import type { Endpoint } from '../targets/endpoint.ts';
import { entryRefusal, originLoad, statusRefusal } from './origin-load.ts';
import type { PhaseFigures } from './phase.ts';
import type { Measurement } from './report.ts';

/** The two sides of a cache, and how load is put on them. */
export interface MeasureTools extends PhaseTools {
  readonly origin: OriginClient;
  readonly load: ClosedLoad;
  readonly countHeader: string | undefined;
  /** Stores an answer under its target's key, as `cachectl warm` does. @throws CachectlError */
  readonly store: (target: Target, body: Buffer) => Promise<void>;
}

/** A web address: the origin alone. */
export async function measureAddress(
  endpoint: Extract<Endpoint, { kind: 'address' }>,
  timeoutMs: number,
  tools: MeasureTools,
): Promise<Measurement> {
  const request = { ...endpoint.address, timeoutMs, maxBodyBytes: DEFAULT_MAX_BODY_BYTES };
  const { operation } = originLoad({
    client: tools.origin,
    request,
    countHeader: tools.countHeader,
    refusal: statusRefusal,
  });
  const withoutCache = await runClosedLoop(operation, tools.load, tools);
  return { endpoint, withoutCache, withCache: undefined, problem: gaveUpText(withoutCache) };
}

/**
 * An entry of a scope: the origin with the entry removed before each request, then reads of the entry.
 * Whatever happens in between, the key afterwards holds the last good answer, or what it held before.
 */
export async function measureEntry(
  endpoint: Extract<Endpoint, { kind: 'entry' }>,
  redis: RedisClient,
  tools: MeasureTools,
): Promise<Measurement> {
  const { target } = endpoint;
  const nothing = { endpoint, withoutCache: undefined, withCache: undefined };
  let node: RedisNode;
  let before: Awaited<ReturnType<typeof rememberEntry>>;
  try {
    node = await ownerOf(redis, target.physicalKey);
    before = await rememberEntry(node, target.physicalKey, tools.clock);
  } catch (error) {
    return { ...nothing, problem: `not tested: ${failureText(error, tools)}` };
  }

  const request = {
    url: target.url,
    headers: target.headers,
    timeoutMs: target.timeoutMs,
    maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
  };
  const remove = async (): Promise<void> => {
    await removeKeys(node, [target.physicalKey]);
  };
  const { operation, lastGoodBody } = originLoad({
    client: tools.origin,
    request,
    countHeader: tools.countHeader,
    refusal: entryRefusal(target),
    prepare: remove,
  });
  let withoutCache: PhaseFigures;
  let putBackProblem: string | undefined;
  try {
    withoutCache = await runClosedLoop(operation, tools.load, tools);
  } finally {
    putBackProblem = await attempt(tools, async () => {
      const body = lastGoodBody();
      if (body !== undefined) await tools.store(target, body);
      else if (before !== undefined) await putBackEntry(node, target.physicalKey, before, tools.clock);
    });
  }
  const measured = { ...nothing, withoutCache };
  if (putBackProblem !== undefined) {
    return { ...measured, problem: `its entry is gone, it could not be stored again: ${putBackProblem}` };
  }
  if (lastGoodBody() === undefined) {
    const gaveUp = gaveUpText(withoutCache);
    const why = tools.signal.aborted
      ? undefined
      : 'not read from the cache: no request to the origin succeeded';
    return { ...measured, problem: gaveUp ?? why };
  }
  if (tools.signal.aborted) return { ...measured, problem: undefined };
  const reads = cacheLoad(node, target.physicalKey, tools.countHeader === undefined ? undefined : 0);
  const withCache = await runClosedLoop(reads, tools.load, tools);
  return { endpoint, withoutCache, withCache, problem: gaveUpText(withCache) };
}

async function ownerOf(redis: RedisClient, physicalKey: Buffer): Promise<RedisNode> {
  const [share] = await redis.nodesFor([physicalKey]);
  if (share === undefined) throw new Error('no node owns the key');
  return share.node;
}

/** Runs what may fail without ending the test; gives the reason. */
async function attempt(tools: MeasureTools, work: () => Promise<void>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return failureText(error, tools);
  }
}

function failureText(error: unknown, tools: MeasureTools): string {
  if (!(error instanceof CachectlError)) throw error;
  tools.onFailure(error);
  return error.message;
}

function gaveUpText(figures: PhaseFigures): string | undefined {
  return figures.gaveUp
    ? `given up: none of its first ${GIVE_UP_AFTER} or more requests was answered`
    : undefined;
}
