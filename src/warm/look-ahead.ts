import { setImmediate } from 'node:timers/promises';
import { CachectlError } from '../cli/errors.ts';
import type { RedisClient, RedisCommand, RedisReply } from '../redis/types.ts';
import type { PreparedFill } from './prepare-fill.ts';
import { readSide, SIDE_FIELDS, sideKey, type Remembered } from './side-hash.ts';
import type { Target } from './target.ts';

/** What the cache has of a target before it is requested. */
export interface Known {
  readonly exists: boolean;
  /** Milliseconds that it still lives; infinite without a TTL, `undefined` where nobody asked, or it is not there. */
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
export interface Need {
  readonly existence: boolean;
  readonly life: boolean;
  readonly remembered: boolean;
}

/** What looking ahead takes. */
export interface LookAheadOptions {
  readonly client: RedisClient;
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
  const needs = new Map(targets.map((target) => [target, options.need(target)]));
  const wanted = targets.filter((target) => needs.get(target)?.existence === true);
  if (wanted.length === 0) return targets.map((target) => ({ target, known: undefined }));
  const replies = await ask(
    options.client,
    wanted.map(({ physicalKey }) => [physicalKey, existenceQuery(physicalKey)] as const),
  );
  const known = new Map<Target, { -readonly [Field in keyof Known]: Known[Field] }>();
  const lengths = new Map<Target, number>();
  wanted.forEach((target, index) => {
    const reply = replies[index];
    // Another type than a string is there as well.
    const exists = reply instanceof CachectlError ? /WRONGTYPE/.test(reply.message) : Number(reply) > 0;
    known.set(target, { exists, lifeMs: undefined, remembered: undefined });
    lengths.set(target, Number(reply));
  });
  const living = wanted.filter(
    (target) => needs.get(target)?.life === true && known.get(target)?.exists === true,
  );
  const lives = await ask(
    options.client,
    living.map(({ physicalKey }) => [physicalKey, ['PTTL', physicalKey]] as const),
  );
  living.forEach((target, index) => {
    const entry = known.get(target);
    if (entry !== undefined) entry.lifeMs = lifeOf(lives[index]);
  });
  const remembering = wanted.filter(
    (target) => needs.get(target)?.remembered === true && known.get(target)?.exists === true,
  );
  const besides = await ask(
    options.client,
    remembering.map((target) => {
      const key = sideKey(target.key, target.layout);
      return [key, ['HMGET', key, ...SIDE_FIELDS]] as const;
    }),
  );
  remembering.forEach((target, index) => {
    const remembered = readSide(besides[index]);
    // Where the length differs, somebody else has written it: what was remembered is of another value.
    const entry = known.get(target);
    if (entry !== undefined && remembered?.storedBytes === lengths.get(target)) entry.remembered = remembered;
  });
  return targets.map((target) => ({ target, known: known.get(target) }));
}

/**
 * The length of a value, 0 where there is none. Not STRLEN, EXISTS or PTTL: Redis counts those as hits and
 * misses, and a run over a cold cache would ruin the hit rate that people watch. SETRANGE with nothing to set
 * changes nothing, creates nothing, and is not counted. Source: setrangeCommand in Redis' t_string.c.
 */
function existenceQuery(key: Buffer): RedisCommand {
  return ['SETRANGE', key, 0, ''];
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
  if (prepared === undefined || force) return { existence: false, life: false, remembered: false };
  const { mode, conditional, freshForMs } = prepared.fill;
  const remembered = mode === 'store' && conditional;
  const life = freshForMs !== undefined;
  return { existence: remembered || life || onlyMissing, life, remembered };
}
