import { dumpKeys, type ExpiryReading } from '../backup/dump.ts';
import type { BackupWriter } from '../backup/writer.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { RedisCommand, RedisNode } from '../redis/types.ts';
import { removeKeys } from '../redis/keyspace.ts';
import type { SelectedBatch } from '../selection/walk.ts';
import type { MemorySample } from './memory-sample.ts';

/** What became of some keys. */
export interface Disposed {
  /** Were there and are gone, as the server counted them; with `--soft`, now expire earlier. */
  readonly removed: number;
  /** Were not there any more. */
  readonly gone: number;
  /** Whose removal nobody answered for, because a connection was lost: removed, or never there. */
  readonly unconfirmed?: number;
  /** Are left on purpose: with `--soft`, those that expire sooner by themselves. */
  readonly kept: number;
  /** What broke the batch off, where it is known how far it came. */
  readonly failure?: CachectlError;
}

/** Makes the keys of one batch go. @throws CachectlError where Redis does not let it */
export type Dispose = (batch: Pick<SelectedBatch, 'node' | 'keys'>) => Promise<Disposed>;

/** Removes keys, and asks some for their size first. */
export function removing(memory: MemorySample): Dispose {
  return async ({ node, keys }) => {
    // On one connection the answers are older than the removal that is sent right behind.
    const sizes = node.pipeline(memory.questions(keys));
    const [{ removed, unconfirmed }] = await Promise.all([
      removeKeys(node, keys),
      sizes.then((replies) => memory.answers(replies)),
    ]);
    return { removed, gone: keys.length - removed - unconfirmed, unconfirmed, kept: 0 };
  };
}

/**
 * The golden ratio's fraction: its multiples, modulo one, lie evenly over any stretch however many there are, so
 * that the expiries are spread evenly without knowing the number of keys beforehand.
 */
const GOLDEN = 0.618_033_988_749_895;

/**
 * Lets keys expire within a window, each at its own place in it, and leaves those alone that expire sooner.
 * @param windowMs milliseconds
 */
export function softening(windowMs: number): Dispose {
  let place = 0;
  let knowsLessThan = true;
  const commandFor = (key: Buffer): RedisCommand => {
    place = (place + GOLDEN) % 1;
    const ms = Math.max(1, Math.round(place * windowMs));
    return knowsLessThan ? ['PEXPIRE', key, ms, 'LT'] : ['PEXPIRE', key, ms];
  };
  return async ({ node, keys }) => {
    const lives = await livesOf(node, keys);
    const changing = keys.filter((_, index) => lives[index] !== -2);
    const commands = changing.map(commandFor);
    let replies = await node.pipeline(commands);
    // LT came with Redis 7. Before it, the life that was just read decides.
    if (
      replies.some((reply) => reply instanceof CachectlError && /wrong number|syntax/i.test(reply.message))
    ) {
      knowsLessThan = false;
      const left = new Map(keys.map((key, index) => [key, lives[index] ?? -1]));
      const shortening = commands.filter(([, key, ms]) => {
        const life = Buffer.isBuffer(key) ? (left.get(key) ?? -1) : -1;
        return life === -1 || life > Number(ms);
      });
      replies = await node.pipeline(shortening.map(([name, key = '', ms = 0]) => [name, key, ms]));
    }
    const refused = replies.find((reply) => reply instanceof CachectlError);
    if (refused instanceof CachectlError) throw refused;
    const removed = replies.filter((reply) => reply === 1).length;
    const gone = keys.length - changing.length;
    return { removed, gone, kept: keys.length - gone - removed };
  };
}

/** PTTL of each key: milliseconds, -1 without expiry, -2 where it is not there. */
async function livesOf(node: RedisNode, keys: readonly Buffer[]): Promise<readonly number[]> {
  const replies = await node.pipeline(keys.map((key): RedisCommand => ['PTTL', key]));
  return replies.map((reply) => {
    if (reply instanceof CachectlError) throw reply;
    return Number(reply);
  });
}

/**
 * Writes each key away before it goes: a key is removed only once its frame is on the disk. One that is not
 * there when it is read is left alone: should it come into being the next moment, it is not in the backup.
 */
export function backingUp(writer: BackupWriter, dispose: Dispose): Dispose {
  const reading: ExpiryReading = { hasExpireTime: true };
  return async ({ node, keys }) => {
    let sum: Required<Omit<Disposed, 'failure'>> = { removed: 0, gone: 0, kept: 0, unconfirmed: 0 };
    let written = 0;
    let unanswered = 0;
    try {
      for await (const records of dumpKeys(node, keys, reading)) {
        await writer.add(records);
        written += records.length;
        unanswered = records.length;
        sum = addDisposed(sum, await dispose({ node, keys: records.map(({ key }) => key) }));
        unanswered = 0;
      }
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      const isLost = error.exitCode === ExitCode.unreachable;
      return { ...sum, unconfirmed: sum.unconfirmed + (isLost ? unanswered : 0), failure: error };
    }
    return { ...sum, gone: sum.gone + keys.length - written };
  };
}

/** What became of both. */
export function addDisposed(
  sum: Required<Omit<Disposed, 'failure'>>,
  { removed, gone, kept, unconfirmed = 0 }: Disposed,
): Required<Omit<Disposed, 'failure'>> {
  return {
    removed: sum.removed + removed,
    gone: sum.gone + gone,
    kept: sum.kept + kept,
    unconfirmed: sum.unconfirmed + unconfirmed,
  };
}
