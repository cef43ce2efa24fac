import { encodeCommands } from '../../redis/resp/encode.ts';
import type { RedisCommand } from '../../redis/types.ts';
import type { KeyFamily, MixCommand } from './mix.ts';

/** Digits of a key's number: all keys are of the same length, so that a number is written over another. */
const DIGITS = 9;

/** Keys of one load: under a prefix that nothing else has. */
export class OwnKeys {
  readonly #prefix: string;

  /** @param prefix ends with a colon */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** The n-th key of a family. */
  key(family: KeyFamily, number: number): string {
    return `${this.#prefix}${family}:${String(number).padStart(DIGITS, '0')}`;
  }
}

/**
 * Commands of one kind, encoded once; for each exchange only the numbers of the keys are written into the bytes.
 * Whoever sends it writes no other numbers before all replies have come.
 */
export class Exchange {
  readonly bytes: Buffer;
  /** Replies to it: one for each command, or four where each gives its key a life in a transaction. */
  readonly replies: number;
  readonly commands: number;
  /** Whether every fourth reply is that of a transaction, which may have an error inside. */
  readonly isTransaction: boolean;
  /** Where the last digit of each number stands; those of one command together. */
  readonly #places: readonly (readonly number[])[];

  /**
   * @param pipeline commands in one exchange
   * @param ttlSeconds of keys that it may make
   */
  constructor(command: MixCommand, keys: OwnKeys, value: string, pipeline: number, ttlSeconds: number) {
    const key = keys.key(command.family, 0);
    const one = commandsFor(command, key, value, ttlSeconds);
    this.isTransaction = one.length === TRANSACTION;
    const encoded = encodeCommands(one);
    const ends = endsOf(encoded, Buffer.from(key));
    this.bytes = Buffer.concat(Array.from({ length: pipeline }, () => encoded));
    this.commands = pipeline;
    this.replies = pipeline * one.length;
    this.#places = Array.from({ length: pipeline }, (_, index) =>
      ends.map((end) => index * encoded.length + end),
    );
  }

  /** Names the key of the n-th command. */
  setKey(index: number, number: number): void {
    for (const place of this.#places[index] ?? []) {
      let rest = number;
      for (let at = place; at > place - DIGITS; at--) {
        this.bytes[at] = 0x30 + (rest % 10);
        rest = Math.floor(rest / 10);
      }
    }
  }
}

/** Commands of a transaction that makes a key and gives it a life. */
const TRANSACTION = 4;

/**
 * A command that may make a key, and what gives that key a life: a server that is cut off from us after the one and
 * before the other (a process that is killed, a pipeline of which half has come) does neither.
 */
export function withLife(command: RedisCommand, key: string, ttlSeconds: number): readonly RedisCommand[] {
  return [['MULTI'], command, ['EXPIRE', key, ttlSeconds], ['EXEC']];
}

function commandsFor(
  { words, creates }: MixCommand,
  key: string,
  value: string,
  ttlSeconds: number,
): readonly RedisCommand[] {
  const [name = '', ...args] = words.map((word) =>
    word === '{key}' ? key : word === '{value}' ? value : word,
  );
  if (name === 'SET' && args.length === 2) return [[name, ...args, 'EX', ttlSeconds]];
  return creates ? withLife([name, ...args], key, ttlSeconds) : [[name, ...args]];
}

function endsOf(bytes: Buffer, key: Buffer): readonly number[] {
  const ends: number[] = [];
  for (let at = bytes.indexOf(key); at !== -1; at = bytes.indexOf(key, at + 1))
    ends.push(at + key.length - 1);
  return ends;
}
