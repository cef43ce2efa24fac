import { CachectlError } from '../../cli/errors.ts';
import { DEFAULT_MAX_BODY_BYTES } from '../../origin/limits.ts';
import type { OriginClient, OriginResponse } from '../../origin/types.ts';
import { removeKeys } from '../../redis/keyspace.ts';
import type { RedisClient, RedisNode } from '../../redis/types.ts';
import type { PreparedFill } from '../../warm/prepare-fill.ts';
import type { Target } from '../../warm/target.ts';
import { cacheLoad } from './cache-load.ts';
import { putBackEntry, rememberEntry } from './cached-entry.ts';
import { GIVE_UP_AFTER, runClosedLoop, type ClosedLoad, type PhaseTools } from './closed-loop.ts';
import type { Endpoint } from '../targets/endpoint.ts';
import { entryRefusal, originLoad, statusRefusal } from './origin-load.ts';
import { mergeFigures, type PhaseFigures } from './phase.ts';
import { repetitionsOf } from './repetitions.ts';
import type { Measurement } from './report.ts';

/** The two sides of a cache, and how load is put on them. */
export interface MeasureTools extends PhaseTools {
  readonly origin: OriginClient;
  readonly load: ClosedLoad;
  readonly countHeader: string | undefined;
  /** How often the phases take turns. */
  readonly repeat: number;
  readonly fillOf: (target: Target) => PreparedFill;
  /** Stores an answer under its target's key, as `cachectl warm` does. @throws CachectlError */
  readonly store: (target: Target, answer: OriginResponse) => Promise<void>;
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
  return {
    endpoint,
    withoutCache,
    withCache: undefined,
    repetitions: [],
    problem: gaveUpText(withoutCache),
  };
}

/**
 * An entry of a scope: the origin with the entry removed before each request, then reads of the entry, and both
 * again, so that what disturbs the machine for a moment disturbs both sides. Whatever happens in between, the key
 * afterwards holds the last good answer, or what it held before.
 */
export async function measureEntry(
  endpoint: Extract<Endpoint, { kind: 'entry' }>,
  redis: RedisClient,
  tools: MeasureTools,
): Promise<Measurement> {
  const { target } = endpoint;
  const nothing = { endpoint, withoutCache: undefined, withCache: undefined, repetitions: [] };
  let node: RedisNode;
  let before: Awaited<ReturnType<typeof rememberEntry>>;
  try {
    node = await ownerOf(redis, target.physicalKey);
    before = await rememberEntry(node, target.physicalKey, tools.clock);
  } catch (error) {
    return { ...nothing, problem: `not tested: ${failureText(error, tools)}` };
  }
  const { operation, lastGood } = originLoad({
    client: tools.origin,
    request: {
      url: target.url,
      headers: target.headers,
      timeoutMs: target.timeoutMs,
      maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    },
    countHeader: tools.countHeader,
    refusal: entryRefusal(tools.fillOf(target)),
    prepare: async () => {
      await removeKeys(node, [target.physicalKey]);
    },
  });
  const reads = cacheLoad(node, target.physicalKey, tools.countHeader === undefined ? undefined : 0);
  const putBack = (): Promise<string | undefined> =>
    attempt(tools, async () => {
      const answer = lastGood();
      if (answer !== undefined) await tools.store(target, answer);
      else if (before !== undefined) await putBackEntry(node, target.physicalKey, before, tools.clock);
    });

  const without: PhaseFigures[] = [];
  const cached: PhaseFigures[] = [];
  let problem: string | undefined;
  for (const until of repetitionsOf(tools.repeat, tools.load.until)) {
    const load = { ...tools.load, until };
    let putBackProblem: string | undefined;
    try {
      without.push(await runClosedLoop(operation, load, tools));
    } finally {
      putBackProblem = await putBack();
    }
    if (putBackProblem !== undefined) {
      problem = `its entry is gone, it could not be stored again: ${putBackProblem}`;
    } else if (!tools.signal.aborted && lastGood() !== undefined) {
      cached.push(await runClosedLoop(reads, load, tools));
    }
    problem ??= [without.at(-1), cached.at(-1)].flatMap((figures) => gaveUpText(figures) ?? [])[0];
    if (problem !== undefined || tools.signal.aborted) break;
  }
  if (lastGood() === undefined && !tools.signal.aborted) {
    problem ??= 'not read from the cache: no request to the origin succeeded';
  }
  return {
    endpoint,
    withoutCache: without.length === 0 ? undefined : mergeFigures(without),
    withCache: cached.length === 0 ? undefined : mergeFigures(cached),
    repetitions: cached.flatMap(({ latencies }, run) => {
      const other = without[run]?.latencies;
      return other === undefined ? [] : [{ without: other, cached: latencies }];
    }),
    problem,
  };
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

function gaveUpText(figures: PhaseFigures | undefined): string | undefined {
  return figures?.gaveUp === true
    ? `given up: none of its first ${GIVE_UP_AFTER} or more requests was answered`
    : undefined;
}
