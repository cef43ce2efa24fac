import { CachectlError } from '../cli/errors.ts';
import type { EntrySpec } from '../config/spec.ts';
import type { BatchClient } from '../redis/batch-sender.ts';
import type { RedisCommand, RedisReply } from '../redis/types.ts';
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

/** Targets with what the cache has of each; `known` is `undefined` where nobody needed to know. */
export interface KnownTargets {
  readonly targets: readonly Target[];
  readonly known: readonly (Known | undefined)[] | undefined;
}

/** What has to be known of a target. */
export interface Need {
  readonly existence: boolean;
  readonly life: boolean;
  readonly remembered: boolean;
}

/** What looking ahead takes. */
export interface LookAheadOptions {
  readonly redis: BatchClient;
  readonly need: (entry: EntrySpec) => Need;
}

/** Looks targets up before they are requested, a whole batch in one round trip for each question. */
export async function* lookAhead(
  batches: AsyncGenerator<readonly Target[], void, void>,
  options: LookAheadOptions,
): AsyncGenerator<KnownTargets, void, void> {
  for await (const targets of batches) {
    try {
      yield { targets, known: await lookUp(targets, options) };
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      // Whatever is wrong with Redis, the first write says it, with the target that it concerns.
      yield { targets, known: undefined };
    }
  }
}

/** A target that is looked up. */
interface Lookup {
  readonly target: Target;
  readonly need: Need;
  readonly known: { -readonly [Field in keyof Known]: Known[Field] };
  lengthBytes: number;
}

/** Looks up what is needed of these targets. @throws CachectlError where the connection fails */
async function lookUp(
  targets: readonly Target[],
  { redis, need }: LookAheadOptions,
): Promise<readonly (Known | undefined)[] | undefined> {
  const lookups = targets.map((target): Lookup | undefined => {
    const needed = need(target.entry);
    if (!needed.existence) return undefined;
    const known = { exists: false, lifeMs: undefined, remembered: undefined };
    return { target, need: needed, known, lengthBytes: 0 };
  });
  const wanted = lookups.filter((lookup) => lookup !== undefined);
  if (wanted.length === 0) return undefined;
  const lengths = await redis.ask(
    wanted.map(({ target: { physicalKey: key } }) => ({ key, command: existenceQuery(key) })),
  );
  wanted.forEach((lookup, index) => {
    const reply = lengths[index];
    lookup.lengthBytes = Number(reply);
    // Another type than a string is there as well.
    lookup.known.exists =
      reply instanceof CachectlError ? /WRONGTYPE/.test(reply.message) : Number(reply) > 0;
  });
  const there = wanted.filter(({ known }) => known.exists);
  const living = there.filter((lookup) => lookup.need.life);
  const lives = await redis.ask(
    living.map(({ target: { physicalKey: key } }) => ({ key, command: ['PTTL', key] as const })),
  );
  living.forEach(({ known }, index) => (known.lifeMs = lifeOf(lives[index])));
  const remembering = there.filter((lookup) => lookup.need.remembered);
  const besides = await redis.ask(
    remembering.map(({ target }) => {
      const key = sideKey(target.key, target.layout);
      return { key, command: ['HMGET', key, ...SIDE_FIELDS] as const };
    }),
  );
  remembering.forEach(({ known, lengthBytes }, index) => {
    const remembered = readSide(besides[index]);
    // Where the length differs, somebody else has written it: what was remembered is of another value.
    if (remembered?.storedBytes === lengthBytes) known.remembered = remembered;
  });
  return lookups.map((lookup) => lookup?.known);
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

/** What has to be known of a target of this entry. */
export function needOf(prepared: PreparedFill | undefined, onlyMissing: boolean, force: boolean): Need {
  if (prepared === undefined || force) return { existence: false, life: false, remembered: false };
  const { mode, conditional, freshForMs } = prepared.fill;
  const remembered = mode === 'store' && conditional;
  const life = freshForMs !== undefined;
  return { existence: remembered || life || onlyMissing, life, remembered };
}
