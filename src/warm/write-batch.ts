import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { RedisClient, RedisCommand, RedisNode, RedisReply } from '../redis/types.ts';
import { HashWriter, type HashWrite } from './write-hash.ts';

/** What is kept beside an entry: written anew, or given a new life with it. */
export type Beside =
  | { readonly kind: 'write'; readonly hash: HashWrite; readonly replaces: boolean }
  | { readonly kind: 'renew'; readonly key: Buffer; readonly ttlMs: number };

/** One entry that is to be written. */
export interface EntryWrite {
  /** Physical. */
  readonly key: Buffer;
  readonly value: Buffer;
  /** Whole, at least 1. */
  readonly ttlMs: number;
  readonly beside?: Beside | undefined;
}

/** Writes entries. */
export interface EntryWriter {
  /**
   * Writes a value with its TTL, in one command, so that nothing is ever left without one.
   * @throws CachectlError where Redis does not take it
   */
  readonly put: (write: EntryWrite) => Promise<void>;
  /** Gives an entry that stays as it is a new TTL; `false` where it has gone meanwhile. */
  readonly renew: (renewal: Omit<EntryWrite, 'value'>) => Promise<boolean>;
}

interface Pending {
  readonly key: Buffer;
  readonly command: RedisCommand;
  readonly beside: Beside | undefined;
  readonly resolve: (reply: RedisReply) => void;
  readonly reject: (error: unknown) => void;
  failed: boolean;
}

/** Batches under way at once: over a slow network, what comes due meanwhile goes together in the next one. */
const MOST_UNDER_WAY = 4;

/**
 * A writer that sends together what comes due in the same turn of the event loop, or while enough is under
 * way already; one pipeline for each node: a round trip and a system call for many entries. Values come first, what is kept beside them after.
 * @param onBesideFailure told once, where nothing can be kept beside the entries; they are written all the same
 */
export function createWriter(
  client: RedisClient,
  onBesideFailure: (error: CachectlError) => void,
): EntryWriter {
  let pending: Pending[] = [];
  let underWay = 0;
  let isScheduled = false;
  let keepsBeside = true;
  const hashWriters = new Map<RedisNode, HashWriter>();

  const send = (key: Buffer, command: RedisCommand, beside: Beside | undefined): Promise<RedisReply> =>
    new Promise((resolve, reject) => {
      pending.push({ key, command, beside, resolve, reject, failed: false });
      schedule();
    });

  const schedule = (): void => {
    if (isScheduled || pending.length === 0 || underWay >= MOST_UNDER_WAY) return;
    isScheduled = true;
    setImmediate(flush);
  };

  const flush = (): void => {
    isScheduled = false;
    const writes = pending;
    pending = [];
    underWay++;
    void sendAll(writes)
      .catch((error: unknown) => {
        for (const write of writes) write.reject(error);
      })
      .finally(() => {
        underWay--;
        schedule();
      });
  };

  const sendAll = async (writes: readonly Pending[]): Promise<void> => {
    const besides = keepsBeside ? writes.flatMap((write) => write.beside ?? []) : [];
    const keys = [...writes.map(({ key }) => key), ...besides.map(keyBeside)];
    const shares = await client.nodesFor(keys);
    await Promise.all(
      shares.map(({ node, indexes }) =>
        sendTo(
          node,
          indexes.flatMap((index) => writes[index] ?? []),
          indexes.flatMap((index) => besides[index - writes.length] ?? []),
        ),
      ),
    );
  };

  const sendTo = async (
    node: RedisNode,
    writes: readonly Pending[],
    besides: readonly Beside[],
  ): Promise<void> => {
    const hashes = besides.flatMap((beside) => (beside.kind === 'write' ? [beside.hash] : []));
    const hashWriter = hashWriters.get(node) ?? new HashWriter(node.multiKey);
    hashWriters.set(node, hashWriter);
    // What is remembered of an older value must not outlive it: whatever cuts the pipeline off, a hash
    // that is there belongs to the value that is there.
    const outdated = besides.flatMap((beside): readonly RedisCommand[] =>
      beside.kind === 'write' && beside.replaces ? [['UNLINK', beside.hash.key]] : [],
    );
    const renewals = besides.flatMap((beside): readonly RedisCommand[] =>
      beside.kind === 'renew' ? [['PEXPIRE', beside.key, beside.ttlMs]] : [],
    );
    const before = outdated.length;
    const after = before + writes.length + renewals.length;
    const commands = [...outdated, ...writes.map(({ command }) => command), ...renewals];
    const prepared = hashWriter.prepare(hashes);
    let replies: readonly (RedisReply | CachectlError)[];
    try {
      replies = await node.pipeline([...commands, ...prepared.commands]);
    } catch (error) {
      for (const write of writes) write.reject(error);
      return;
    }
    writes.forEach((write, index) => settle(write, replies[before + index]));
    await forgetFailed(node, writes);
    if (hashes.length === 0) return;
    try {
      await hashWriter.finish(node, prepared, replies.slice(after));
    } catch (error) {
      if (!keepsBeside || !(error instanceof CachectlError)) return;
      keepsBeside = false;
      onBesideFailure(error);
    }
  };

  /** A value that was not taken has left the old one there: nothing may say that it is the new one. */
  const forgetFailed = async (node: RedisNode, writes: readonly Pending[]): Promise<void> => {
    const keys = writes.flatMap(({ failed, beside }) =>
      failed && beside?.kind === 'write' ? [beside.hash.key] : [],
    );
    if (keys.length > 0) await node.pipeline(keys.map((key) => ['UNLINK', key])).catch(() => []);
  };

  return {
    put: async ({ key, value, ttlMs, beside }) => {
      const reply = await send(key, ['SET', key, value, 'PX', ttlMs], beside);
      if (String(reply) !== 'OK') throw notConfirmed();
    },
    renew: async ({ key, ttlMs, beside }) => Number(await send(key, ['PEXPIRE', key, ttlMs], beside)) === 1,
  };
}

function keyBeside(beside: Beside): Buffer {
  return beside.kind === 'write' ? beside.hash.key : beside.key;
}

function settle(write: Pending, reply: RedisReply | CachectlError | undefined): void {
  if (reply instanceof CachectlError || reply === undefined) {
    write.failed = true;
    write.reject(reply ?? notConfirmed());
  } else write.resolve(reply);
}

function notConfirmed(): CachectlError {
  return new CachectlError('Redis did not confirm the write', {
    code: 'redis.error',
    exitCode: ExitCode.refused,
  });
}
