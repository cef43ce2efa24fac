import { hash } from 'node:crypto';
import { CachectlError } from '../cli/errors.ts';
import type { RedisArgument, RedisCommand, RedisReply } from '../redis/types.ts';

/** A hash that is written whole, with a TTL. */
export interface HashWrite {
  /** Physical. */
  readonly key: Buffer;
  readonly ttlMs: number;
  /** Names and values in turn; at least one pair. */
  readonly fields: readonly (string | number)[];
}

/**
 * HSET takes no TTL (HSETEX does, from Redis 8), so hash and TTL go through one script, which nothing can
 * interrupt half-way. All hashes of a batch in one call: a call for each costs as much again as the values.
 */
const SCRIPT = `local a = 1
for i = 1, #KEYS do
  local n = tonumber(ARGV[a + 1])
  redis.call('DEL', KEYS[i])
  redis.call('HSET', KEYS[i], unpack(ARGV, a + 2, a + 1 + n))
  redis.call('PEXPIRE', KEYS[i], ARGV[a])
  a = a + 2 + n
end
return #KEYS`;
const SCRIPT_SHA = hash('sha1', SCRIPT);

/** How a server takes it: all at once, one key a script (a cluster), or without scripts. */
type Way = 'script' | 'script-each' | 'transaction';

/** Sends commands as {@link RedisNode.pipeline} does. */
interface Sender {
  readonly send: (commands: readonly RedisCommand[]) => Promise<readonly (RedisReply | CachectlError)[]>;
}

/** Hashes on their way, and how they were sent. */
export interface PreparedHashes {
  readonly writes: readonly HashWrite[];
  readonly way: Way;
  readonly loaded: boolean;
  readonly commands: readonly RedisCommand[];
}

/** Writes hashes on one server, in whatever way it allows. */
export class HashWriter {
  #way: Way;
  #loaded = false;

  /** @param multiKey whether one command may take several keys */
  constructor(multiKey: boolean) {
    this.#way = multiKey ? 'script' : 'script-each';
  }

  /** The commands that write these hashes. */
  prepare(writes: readonly HashWrite[]): PreparedHashes {
    return { writes, way: this.#way, loaded: this.#loaded, commands: this.#commands(writes) };
  }

  #commands(writes: readonly HashWrite[]): readonly RedisCommand[] {
    switch (this.#way) {
      case 'script':
        return writes.length === 0 ? [] : [this.#script(writes)];
      case 'script-each':
        return writes.map((write) => this.#script([write]));
      case 'transaction':
        return writes.flatMap(({ key, ttlMs, fields }): readonly RedisCommand[] => [
          ['MULTI'],
          ['DEL', key],
          ['HSET', key, ...fields],
          ['PEXPIRE', key, ttlMs],
          ['EXEC'],
        ]);
    }
  }

  /**
   * Looks at the replies to what was prepared, and does again what failed for the way alone.
   * @throws CachectlError where no way is left
   */
  async finish(
    sender: Sender,
    prepared: PreparedHashes,
    replies: readonly (RedisReply | CachectlError | undefined)[],
  ): Promise<void> {
    let sent = prepared;
    let failure = firstFailure(replies);
    while (failure !== undefined) {
      // Another batch may have found the way meanwhile.
      const isOutdated = sent.way !== this.#way || sent.loaded !== this.#loaded;
      if (!isOutdated && !this.#adapt(failure)) throw failure;
      sent = this.prepare(prepared.writes);
      failure = firstFailure(await sender.send(sent.commands));
    }
    if (sent.way === this.#way) this.#loaded = true;
  }

  #script(writes: readonly HashWrite[]): RedisCommand {
    const [name, script] = this.#loaded ? (['EVALSHA', SCRIPT_SHA] as const) : (['EVAL', SCRIPT] as const);
    // Made as long as it gets: one that grows is copied again and again.
    const command: [string, ...RedisArgument[]] = [name, script, writes.length];
    command.length += writes.reduce((sum, { fields }) => sum + 3 + fields.length, 0);
    let at = 3;
    for (const { key } of writes) command[at++] = key;
    for (const { ttlMs, fields } of writes) {
      command[at++] = ttlMs;
      command[at++] = fields.length;
      for (const field of fields) command[at++] = field;
    }
    return command;
  }

  /** Whether there is another way to try. */
  #adapt(failure: CachectlError): boolean {
    const reply = failure.message;
    if (/NOSCRIPT/.test(reply) && this.#loaded) {
      // A restarted server, or SCRIPT FLUSH.
      this.#loaded = false;
      return true;
    }
    if (this.#way === 'script' && /CROSSSLOT/i.test(reply)) {
      this.#way = 'script-each';
      return true;
    }
    if (
      this.#way !== 'transaction' &&
      (failure.code === 'redis.permission' || /unknown command|not allowed/i.test(reply))
    ) {
      this.#way = 'transaction';
      return true;
    }
    return false;
  }
}

function firstFailure(
  replies: readonly (RedisReply | CachectlError | undefined)[],
): CachectlError | undefined {
  return replies.find((reply) => reply instanceof CachectlError);
}
