import { setImmediate } from 'node:timers/promises';
import { CachectlError } from '../cli/errors.ts';
import type { Layout } from '../keys/layout.ts';
import type { RedisClient, RedisCommand, RedisReply } from '../redis/types.ts';
import type { PreparedFill } from './prepare-fill.ts';
import { readSide, SIDE_FIELDS, sideKey, type Remembered } from './side-hash.ts';
import type { Target } from './target.ts';

/** What the cache has of a target before it is requested. */
export interface Known {
  /** Milliseconds that it still lives; infinite without a TTL, `undefined` where it is not there. */
  readonly lifeMs: number | undefined;
  /** What is kept beside it, where it is still what was stored then. */
  readonly remembered: Remembered | undefined;
}

/** A target with what the cache has of it; `known` is `undefined` where nobody needed to know. */
export interface KnownTarget {
  readonly target: Target;
  readonly known: Known | undefined;
}

/** What has to be known of a target. */
export type Need = 'nothing' | 'life' | 'remembered';

/** What looking ahead takes. */
export interface LookAheadOptions {
  readonly client: RedisClient;
  readonly layout: Layout;
  readonly need: (target: Target) => Need;
  /** Targets that are looked up in one round trip, at most. */
  readonly batch: number;
}

/**
 * Looks targets up before they are requested, many in one round trip. What the source has not got ready is
 * never waited for while others could be worked on.
 */
export async function* lookAhead(
  targets: AsyncGenerator<Target, void, void>,
  options: LookAheadOptions,
): AsyncGenerator<KnownTarget, void, void> {
  let next: Promise<IteratorResult<Target, void>> | undefined;
  let done = false;
  try {
    while (!done) {
      const batch: Target[] = [];
      const pause = setImmediate(undefined);
      while (batch.length < options.batch) {
        next ??= targets.next();
        const result = batch.length === 0 ? await next : await Promise.race([next, pause]);
        if (result === undefined) break;
        next = undefined;
        if (result.done === true) {
          done = true;
          break;
        }
        batch.push(result.value);
      }
      try {
        yield* await lookUp(batch, options);
      } catch (error) {
        if (!(error instanceof CachectlError)) throw error;
        // Whatever is wrong with Redis, the first write says it, with the target that it concerns.
        yield* batch.map((target) => ({ target, known: undefined }));
      }
    }
  } finally {
    next?.catch(() => undefined);
    await targets.return();
  }
}

/** Looks up what is needed of these targets. @throws CachectlError where the connection fails */
async function lookUp(
  targets: readonly Target[],
  options: LookAheadOptions,
): Promise<readonly KnownTarget[]> {
  const needs = targets.map((target) => options.need(target));
  const wanted = targets.filter((_, index) => needs[index] !== 'nothing');
  if (wanted.length === 0) return targets.map((target) => ({ target, known: undefined }));
  const lives = await ask(
    options.client,
    wanted.map(({ physicalKey }) => [physicalKey, ['PTTL', physicalKey]] as const),
  );
  const known = new Map<Target, { lifeMs: number | undefined; remembered: Remembered | undefined }>();
  wanted.forEach((target, index) =>
    known.set(target, { lifeMs: lifeOf(lives[index]), remembered: undefined }),
  );
  const remembering = targets.filter(
    (target, index) => needs[index] === 'remembered' && known.get(target)?.lifeMs !== undefined,
  );
  const besides = await ask(
    options.client,
    remembering.flatMap((target) => {
      const key = sideKey(target.key, options.layout);
      return [
        [key, ['HMGET', key, ...SIDE_FIELDS]],
        [target.physicalKey, ['STRLEN', target.physicalKey]],
      ] as const;
    }),
  );
  remembering.forEach((target, index) => {
    const remembered = readSide(besides[2 * index]);
    // Where the length differs, somebody else has written it: what was remembered is of another value.
    const entry = known.get(target);
    if (entry !== undefined && remembered?.storedBytes === Number(besides[2 * index + 1])) {
      entry.remembered = remembered;
    }
  });
  return targets.map((target) => ({ target, known: known.get(target) }));
}

function lifeOf(reply: RedisReply | CachectlError | undefined): number | undefined {
  const ms = Number(reply);
  if (reply instanceof CachectlError || Number.isNaN(ms) || ms === -2) return undefined;
  return ms === -1 ? Number.POSITIVE_INFINITY : ms;
}

/** The replies to commands that are each about one key, in the same order, from whatever nodes own them. */
export async function ask(
  client: RedisClient,
  commands: readonly (readonly [key: Buffer, command: RedisCommand])[],
): Promise<readonly (RedisReply | CachectlError | undefined)[]> {
  const replies: (RedisReply | CachectlError | undefined)[] = new Array<undefined>(commands.length);
  if (commands.length === 0) return replies;
  const shares = await client.nodesFor(commands.map(([key]) => key));
  await Promise.all(
    shares.map(async ({ node, indexes }) => {
      const own = await node.pipeline(
        indexes.flatMap((index) => (commands[index] ? [commands[index][1]] : [])),
      );
      indexes.forEach((index, position) => (replies[index] = own[position]));
    }),
  );
  return replies;
}

/** What has to be known of a target of this entry. */
export function needOf(prepared: PreparedFill | undefined, onlyMissing: boolean, force: boolean): Need {
  if (prepared === undefined || force) return 'nothing';
  const { mode, conditional, freshForMs } = prepared.fill;
  if (mode === 'store' && conditional) return 'remembered';
  return onlyMissing || freshForMs !== undefined ? 'life' : 'nothing';
}
