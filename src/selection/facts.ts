import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { RedisCommand, RedisNode, RedisReply } from '../redis/types.ts';
import { holds, ttlHolds } from './condition.ts';
import type { Selection } from './selection.ts';

/** What can be asked about a key, the cheaper first: TYPE, PTTL, OBJECT IDLETIME, MEMORY USAGE. */
export const FACTS = ['type', 'ttl', 'idle', 'size'] as const;
export type Fact = (typeof FACTS)[number];

/** What is known of a key; what was not asked is missing. None of the questions counts as a use of the key. */
export interface KeyFacts {
  readonly key: Buffer;
  readonly type?: string;
  /** Milliseconds left; `undefined` for a key that never expires. */
  readonly ttlMs?: number | undefined;
  readonly idleSeconds?: number;
  /** Of memory; what the server samples in large collections. */
  readonly sizeBytes?: number;
}

const QUESTIONS: Readonly<Record<Fact, (key: Buffer) => RedisCommand>> = {
  type: (key) => ['TYPE', key],
  ttl: (key) => ['PTTL', key],
  idle: (key) => ['OBJECT', 'IDLETIME', key],
  size: (key) => ['MEMORY', 'USAGE', key],
};

/** A test of one fact. */
interface Condition {
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
 */
export async function askFacts(
  node: RedisNode,
  keys: readonly Buffer[],
  conditions: readonly Condition[],
  wanted: readonly Fact[],
): Promise<readonly KeyFacts[]> {
  let left: readonly KeyFacts[] = keys.map((key) => ({ key }));
  const asked = new Set<Fact>();
  for (const { fact, accepts } of conditions) {
    if (left.length === 0) return left;
    left = (await ask(node, left, [fact])).filter(accepts);
    asked.add(fact);
  }
  const more = wanted.filter((fact) => !asked.has(fact));
  return more.length === 0 || left.length === 0 ? left : ask(node, left, more);
}

async function ask(
  node: RedisNode,
  keys: readonly KeyFacts[],
  facts: readonly Fact[],
): Promise<readonly KeyFacts[]> {
  const replies = await node.pipeline(keys.flatMap(({ key }) => facts.map((fact) => QUESTIONS[fact](key))));
  return keys.flatMap((known, index) => {
    let state: KeyFacts | undefined = known;
    for (const [offset, fact] of facts.entries()) {
      if (state === undefined) break;
      state = withFact(state, fact, replies[index * facts.length + offset] ?? null);
    }
    return state ?? [];
  });
}

/** @returns `undefined` for a key that is not there */
function withFact(known: KeyFacts, fact: Fact, reply: RedisReply | CachectlError): KeyFacts | undefined {
  if (reply instanceof CachectlError) {
    // OBJECT refuses where the key is gone on some versions, instead of answering nil.
    if (/no such key/i.test(reply.message)) return undefined;
    throw fact === 'idle' ? noIdleTime(reply) : reply;
  }
  switch (fact) {
    case 'type': {
      const type = String(reply);
      return type === 'none' ? undefined : { ...known, type };
    }
    case 'ttl': {
      const ttlMs = Number(reply);
      return ttlMs === -2 ? undefined : { ...known, ttlMs: ttlMs < 0 ? undefined : ttlMs };
    }
    case 'idle':
      return reply === null ? undefined : { ...known, idleSeconds: Number(reply) };
    case 'size':
      return reply === null ? undefined : { ...known, sizeBytes: Number(reply) };
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
