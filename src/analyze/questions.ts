import { CachectlError } from '../cli/errors.ts';
import { keyCommand, type KeyCommand } from '../redis/resp/encode.ts';
import type { ReplyBatch } from '../redis/resp/reply-batch.ts';
import type { RedisArgument, RedisCommand, RedisReply } from '../redis/types.ts';
import { OTHER_TYPE, TYPES, type SeenKey } from './seen-key.ts';

/** What can be asked about each key. */
export type Question = 'type' | 'ttl' | 'memory' | 'idle' | 'frequency';

/** What is asked of every key: TYPE, PTTL, MEMORY USAGE, OBJECT IDLETIME or FREQ; none of them counts as a use of the key. */
export interface QuestionPlan {
  readonly questions: readonly Question[];
  /** Of MEMORY USAGE: elements of a collection that are looked at; 0 is all of them. The server's own 5 where absent. */
  readonly samples?: number | undefined;
}

/** What became of one key's questions. `elsewhere`: a cluster's node says that the key has moved, or is about to. */
export type Answer = 'seen' | 'gone' | 'elsewhere';

const TYPE_REPLIES = TYPES.map((name) => Buffer.from(name));
const NONE = Buffer.from('none');

function partsOf(
  question: Question,
  samples: number | undefined,
): readonly [RedisCommand, ...RedisArgument[]] {
  switch (question) {
    case 'type':
      return [['TYPE']];
    case 'ttl':
      return [['PTTL']];
    case 'memory':
      return samples === undefined ? [['MEMORY', 'USAGE']] : [['MEMORY', 'USAGE'], 'SAMPLES', samples];
    case 'idle':
      return [['OBJECT', 'IDLETIME']];
    case 'frequency':
      return [['OBJECT', 'FREQ']];
  }
}

/** Asks the questions of a plan, and reads the replies; a question that the server refuses is not asked again. */
export class Questions {
  /** Why a question is not asked any more. */
  readonly refusals = new Map<Question, CachectlError>();
  readonly #plan: QuestionPlan;
  #asked: readonly Question[];
  #commands: readonly KeyCommand[] = [];

  constructor(plan: QuestionPlan) {
    this.#plan = plan;
    this.#asked = plan.questions;
    this.#encode();
  }

  /** For whoever encodes: one set of commands a key, in this order. */
  get commands(): readonly KeyCommand[] {
    return this.#commands;
  }

  get asked(): readonly Question[] {
    return this.#asked;
  }

  #encode(): void {
    this.#commands = this.#asked.map((question) => {
      const [before, ...behind] = partsOf(question, this.#plan.samples);
      return keyCommand(before, behind);
    });
  }

  /** Reads what `asked` gave for one key, whose first reply is at `first`. What was refused stays unknown. */
  read(replies: ReplyBatch, first: number, asked: readonly Question[], into: SeenKey): Answer {
    clear(into);
    for (let index = 0; index < asked.length; index++) {
      const at = first + index;
      const question = asked[index] ?? 'type';
      const number = question === 'type' ? readType(replies, at) : replies.integer(at);
      const answer =
        number === undefined ? this.#judge(replies.value(at), question) : takeDown(question, number, into);
      if (answer !== 'seen') return answer;
    }
    return 'seen';
  }

  /** Reads what {@link commandsFor} gave. */
  readReplies(
    replies: readonly (RedisReply | CachectlError)[],
    asked: readonly Question[],
    into: SeenKey,
  ): Answer {
    clear(into);
    for (const [index, question] of asked.entries()) {
      const reply = replies[index] ?? null;
      const isOdd = reply === null || reply === 'none' || reply instanceof CachectlError;
      const answer = isOdd
        ? this.#judge(reply, question)
        : takeDown(question, question === 'type' ? typeIndex(String(reply)) : Number(reply), into);
      if (answer !== 'seen') return answer;
    }
    return 'seen';
  }

  /** What a reply means that is no plain answer. */
  #judge(reply: RedisReply | CachectlError, question: Question): Answer {
    if (!(reply instanceof CachectlError)) return 'gone';
    const text = reply.cause instanceof Error ? reply.cause.message : reply.message;
    if (/no such key/i.test(text)) return 'gone';
    if (/^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/.test(text)) return 'elsewhere';
    this.#refuse(question, reply);
    return 'seen';
  }

  #refuse(question: Question, error: CachectlError): void {
    if (this.refusals.has(question)) return;
    this.refusals.set(question, error);
    this.#asked = this.#asked.filter((asked) => asked !== question);
    this.#encode();
  }

  /** The same questions as commands of their own, for keys that have to be looked for elsewhere. */
  commandsFor(key: Buffer): readonly RedisCommand[] {
    return this.#asked.map((question): RedisCommand => {
      const [[name, ...before], ...behind] = partsOf(question, this.#plan.samples);
      return [name, ...before, key, ...behind];
    });
  }
}

/** A key of which nothing is known. */
export function unseenKey(): SeenKey {
  return { type: OTHER_TYPE, ttlMs: -1, sizeBytes: 0, idleSeconds: -1, frequency: -1, uses: 0 };
}

function clear(seen: SeenKey): void {
  seen.type = OTHER_TYPE;
  seen.ttlMs = -1;
  seen.sizeBytes = 0;
  seen.idleSeconds = -1;
  seen.frequency = -1;
  seen.uses = 0;
}

function takeDown(question: Question, value: number, into: SeenKey): Answer {
  switch (question) {
    case 'type':
      into.type = value;
      return 'seen';
    case 'ttl':
      into.ttlMs = value;
      return value === -2 ? 'gone' : 'seen';
    case 'memory':
      into.sizeBytes = value;
      return 'seen';
    case 'idle':
      into.idleSeconds = value;
      return 'seen';
    case 'frequency':
      into.frequency = value;
      return 'seen';
  }
}

function typeIndex(name: string): number {
  const index = TYPES.findIndex((type) => type === name);
  return index === -1 ? OTHER_TYPE : index;
}

/** `undefined` where the reply is no type of a key that is there. */
function readType(replies: ReplyBatch, at: number): number | undefined {
  for (let index = 0; index < OTHER_TYPE; index++) {
    const name = TYPE_REPLIES[index];
    if (name !== undefined && replies.isSimple(at, name)) return index;
  }
  if (replies.isSimple(at, NONE) || replies.isError(at)) return undefined;
  return OTHER_TYPE;
}
