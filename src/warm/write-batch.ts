import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { BatchClient, BatchSender, KeyedCommand } from '../redis/batch-sender.ts';
import type { RedisCommand, RedisNode, RedisReply } from '../redis/types.ts';
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
  /** What belongs to the entry and goes out right after it, such as its tags: where it fails, the write fails. */
  readonly also?: readonly KeyedCommand[] | undefined;
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
  readonly command: RedisCommand;
  readonly entry: Omit<EntryWrite, 'value'>;
  readonly settle: (reply: RedisReply) => void;
  readonly reject: (error: unknown) => void;
  /** Replies that are still to come: its own, and those of what belongs to it. */
  left: number;
  /** Its own. */
  reply: RedisReply;
  failed: boolean;
}

/** What one node has to do for a batch, in the order in which it is sent. */
interface Share {
  readonly sender: BatchSender;
  readonly hashWriter: HashWriter;
  readonly writes: Pending[];
  /** What belongs to entries that may be another node's. */
  readonly also: { readonly command: RedisCommand; readonly of: Pending }[];
  readonly besides: Beside[];
}

/** Batches under way at once: over a slow network, what comes due meanwhile goes together in the next one. */
const MOST_UNDER_WAY = 4;

/**
 * A writer that sends together what comes due in the same turn of the event loop, or while enough is under
 * way already; one pipeline for each node: a round trip and a system call for many entries. Values come
 * first, what belongs to them after, and what is kept beside them last.
 * @param onBesideFailure told once, where nothing can be kept beside the entries; they are written all the same
 */
export function createWriter(
  client: BatchClient,
  onBesideFailure: (error: CachectlError) => void,
): EntryWriter {
  let pending: Pending[] = [];
  let underWay = 0;
  let isScheduled = false;
  let keepsBeside = true;
  const hashWriters = new Map<RedisNode, HashWriter>();

  const add = (write: Pending): void => {
    pending.push(write);
    schedule();
  };

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

  const hashWriterTo = (node: RedisNode): HashWriter => {
    let writer = hashWriters.get(node);
    if (writer === undefined) {
      writer = new HashWriter(node.multiKey);
      hashWriters.set(node, writer);
    }
    return writer;
  };

  const sendAll = async (writes: readonly Pending[]): Promise<void> => {
    const keys: Buffer[] = [];
    const tasks: ((share: Share) => void)[] = [];
    const addTask = (key: Buffer, task: (share: Share) => void): void => {
      keys.push(key);
      tasks.push(task);
    };
    for (const write of writes) {
      const { key, beside, also } = write.entry;
      addTask(key, (share) => share.writes.push(write));
      for (const extra of also ?? []) {
        addTask(extra.key, (share) => share.also.push({ command: extra.command, of: write }));
      }
      if (beside === undefined || !keepsBeside) continue;
      addTask(keyBeside(beside), (share) => share.besides.push(beside));
    }
    const shares = await client.nodesFor(keys);
    await Promise.all(
      shares.map(({ node, indexes }) => {
        const share: Share = {
          sender: client.to(node),
          hashWriter: hashWriterTo(node),
          writes: [],
          also: [],
          besides: [],
        };
        for (const index of indexes) tasks[index]?.(share);
        return sendShare(share);
      }),
    );
  };

  const sendShare = async ({ sender, hashWriter, writes, also, besides }: Share): Promise<void> => {
    const commands: RedisCommand[] = [];
    const hashes: HashWrite[] = [];
    // What is remembered of an older value must not outlive it: whatever cuts the pipeline off, a hash
    // that is there belongs to the value that is there.
    for (const beside of besides) {
      if (beside.kind !== 'write') continue;
      hashes.push(beside.hash);
      if (beside.replaces) commands.push(['UNLINK', beside.hash.key]);
    }
    const before = commands.length;
    for (const { command } of writes) commands.push(command);
    for (const { command } of also) commands.push(command);
    for (const beside of besides) {
      if (beside.kind === 'renew') commands.push(['PEXPIRE', beside.key, beside.ttlMs]);
    }
    const after = commands.length;
    const prepared = hashWriter.prepare(hashes);
    for (const command of prepared.commands) commands.push(command);
    let replies: readonly (RedisReply | CachectlError)[];
    try {
      replies = await sender.send(commands);
    } catch (error) {
      for (const write of writes) write.reject(error);
      for (const { of } of also) of.reject(error);
      return;
    }
    let at = before;
    for (const write of writes) {
      const reply = replies[at++];
      if (reply !== undefined && !(reply instanceof CachectlError)) write.reply = reply;
      else write.failed = true;
      answered(write, reply);
    }
    for (const { of } of also) answered(of, replies[at++]);
    if (writes.some(({ failed }) => failed)) await forgetFailed(sender, writes);
    if (hashes.length === 0) return;
    try {
      await hashWriter.finish(sender, prepared, replies.slice(after));
    } catch (error) {
      if (!keepsBeside || !(error instanceof CachectlError)) return;
      keepsBeside = false;
      onBesideFailure(error);
    }
  };

  /** A value that was not taken has left the old one there: nothing may say that it is the new one. */
  const forgetFailed = async (sender: BatchSender, writes: readonly Pending[]): Promise<void> => {
    const commands = writes.flatMap(({ failed, entry: { beside } }): readonly RedisCommand[] =>
      failed && beside?.kind === 'write' ? [['UNLINK', beside.hash.key]] : [],
    );
    if (commands.length > 0) await sender.send(commands).catch(() => []);
  };

  return {
    put: (entry) =>
      new Promise((resolve, reject) => {
        const settle = (reply: RedisReply): void => {
          if (reply === 'OK' || String(reply) === 'OK') resolve();
          else reject(notConfirmed());
        };
        add(pendingWrite(entry, ['SET', entry.key, entry.value, 'PX', entry.ttlMs], settle, reject));
      }),
    renew: (entry) =>
      new Promise((resolve, reject) => {
        const settle = (reply: RedisReply): void => resolve(Number(reply) === 1);
        add(pendingWrite(entry, ['PEXPIRE', entry.key, entry.ttlMs], settle, reject));
      }),
  };
}

function pendingWrite(
  entry: Pending['entry'],
  command: RedisCommand,
  settle: Pending['settle'],
  reject: Pending['reject'],
): Pending {
  return {
    entry,
    command,
    settle,
    reject,
    left: 1 + (entry.also?.length ?? 0),
    reply: null,
    failed: false,
  };
}

/** One reply has come. A promise that was rejected before does not mind being settled again. */
function answered(write: Pending, reply: RedisReply | CachectlError | undefined): void {
  if (reply === undefined || reply instanceof CachectlError) write.reject(reply ?? notConfirmed());
  else if (--write.left === 0) write.settle(write.reply);
}

function keyBeside(beside: Beside): Buffer {
  return beside.kind === 'write' ? beside.hash.key : beside.key;
}

function notConfirmed(): CachectlError {
  return new CachectlError('Redis did not confirm the write', {
    code: 'redis.error',
    exitCode: ExitCode.refused,
  });
}
