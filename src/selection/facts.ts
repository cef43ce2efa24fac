import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { RedisCommand, RedisNode, RedisReply } from '../redis/types.ts';
import { holds, ttlHolds } from './condition.ts';
import type { Selection } from './selection.ts';

/** What can be asked about a key, the cheaper first: TYPE, PTTL, OBJECT IDLETIME, MEMORY USAGE. */
export const FACTS = ['type', 'ttl', 'idle', 'size'] as const;
export type Fact = (typeof FACTS)[number];

/** What is known of a key; what was not asked is `undefined`. None of the questions counts as a use of the key. */
export interface KeyFacts {
  readonly key: Buffer;
  readonly type?: string | undefined;
  /** Milliseconds left; `undefined` for a key that never expires. */
  readonly ttlMs?: number | undefined;
  readonly idleSeconds?: number | undefined;
  /** Of memory; what the server samples in large collections. */
  readonly sizeBytes?: number | undefined;
}

const QUESTIONS: Readonly<Record<Fact, (key: Buffer) => RedisCommand>> = {
  type: (key) => ['TYPE', key],
  ttl: (key) => ['PTTL', key],
  idle: (key) => ['OBJECT', 'IDLETIME', key],
  size: (key) => ['MEMORY', 'USAGE', key],
};

/** A test of one fact. */
export interface Condition {
  readonly fact: Fact;
  readonly accepts: (facts: KeyFacts) => boolean;
}

/** The conditions of a selection that only the server can answer, the cheaper first. */
export function serverConditions({ types, ttl, idle, size }: Selection): readonly Condition[] {
  const accepted = new Set(types);
  return [
    ...(accepted.size === 0
      ? []
      : [{ fact: 'type', accepts: ({ type }) => accepted.has(type ?? '') } satisfies Condition]),
    ...(ttl === undefined
      ? []
      : [{ fact: 'ttl', accepts: ({ ttlMs }) => ttlHolds(ttl, ttlMs) } satisfies Condition]),
    ...(idle === undefined
      ? []
      : [{ fact: 'idle', accepts: ({ idleSeconds = 0 }) => holds(idle, idleSeconds) } satisfies Condition]),
    ...(size === undefined
      ? []
      : [{ fact: 'size', accepts: ({ sizeBytes = 0 }) => holds(size, sizeBytes) } satisfies Condition]),
  ];
}

/**
 * The keys that meet all conditions, with the facts that were asked for. Each condition is one pipeline, for the
 * keys that met those before it; what is wanted besides is one more, for the keys that are left. Keys that
 * vanish meanwhile are left out.
 * @param pipeline of the node that owns the keys
 */
export async function askFacts(
  pipeline: RedisNode['pipeline'],
  keys: readonly Buffer[],
  conditions: readonly Condition[],
  wanted: readonly Fact[],
): Promise<readonly KeyFacts[]> {
  let left = keys.map(nothingKnown);
  const asked = new Set<Fact>();
  for (const { fact, accepts } of conditions) {
    if (left.length === 0) return left;
    left = (await ask(pipeline, left, [fact])).filter(accepts);
    asked.add(fact);
  }
  const more = wanted.filter((fact) => !asked.has(fact));
  return more.length === 0 || left.length === 0 ? left : ask(pipeline, left, more);
}

async function ask(
  pipeline: RedisNode['pipeline'],
  keys: readonly Known[],
  facts: readonly Fact[],
): Promise<Known[]> {
  const commands: RedisCommand[] = [];
  for (const { key } of keys) for (const fact of facts) commands.push(QUESTIONS[fact](key));
  const replies = await pipeline(commands);
  let at = 0;
  return keys.filter((known) => {
    let isThere = true;
    for (const fact of facts) isThere = note(known, fact, replies[at++] ?? null) && isThere;
    return isThere;
  });
}

/** Facts that are being gathered. */
type Known = { -readonly [Name in keyof KeyFacts]: KeyFacts[Name] };

/** One object for each key, with room for everything: copying or growing millions of them is what would cost. */
function nothingKnown(key: Buffer): Known {
  return { key, type: undefined, ttlMs: undefined, idleSeconds: undefined, sizeBytes: undefined };
}

/** Writes down one answer; `false` where it says that the key is not there. */
function note(known: Known, fact: Fact, reply: RedisReply | CachectlError): boolean {
  if (reply instanceof CachectlError) {
    // OBJECT refuses where the key is gone on some versions, instead of answering nil.
    if (/no such key/i.test(reply.message)) return false;
    throw fact === 'idle' ? noIdleTime(reply) : reply;
  }
  switch (fact) {
    case 'type': {
      known.type = Buffer.isBuffer(reply) ? reply.toString('latin1') : String(reply);
      return known.type !== 'none';
    }
    case 'ttl': {
      const ttlMs = Number(reply);
      known.ttlMs = ttlMs < 0 ? undefined : ttlMs;
      return ttlMs !== -2;
    }
    case 'idle':
      known.idleSeconds = Number(reply);
      return reply !== null;
    case 'size':
      known.sizeBytes = Number(reply);
      return reply !== null;
  }
}

/** With an LFU policy the server keeps no moment of last use. */
function noIdleTime(error: CachectlError): CachectlError {
  if (!/LFU|maxmemory policy/i.test(error.message)) return error;
  return new CachectlError('this server does not know when a key was last used', {
    code: 'selection.no-idle-time',
    exitCode: ExitCode.refused,
    hint: 'its maxmemory-policy is an LFU one, which counts uses instead; leave --idle out',
    cause: error,
  });
}
