import { CachectlError } from '../cli/errors.ts';
import type { BatchClient, BatchSender } from '../redis/batch-sender.ts';
import type { RedisCommand, RedisNode, RedisReply } from '../redis/types.ts';
import { Pending, type Beside, type EntryRenewal, type EntryWrite, type WriteEnd } from './pending-write.ts';
import { HashWriter, type HashWrite } from './write-hash.ts';

/** Writes entries. */
export interface EntryWriter {
  /** Writes a value with its TTL, in one command, so that nothing is ever left without one. */
  readonly put: (write: EntryWrite, end: WriteEnd) => void;
  /** Gives an entry that stays as it is a new TTL. */
  readonly renew: (renewal: EntryRenewal, end: WriteEnd) => void;
}

/** What belongs to an entry, and may be another node's. */
interface Also {
  readonly kind: 'also';
  readonly command: RedisCommand;
  readonly of: Pending;
}

/** What one node has to do for a batch, in the order in which it is sent. */
interface Share {
  readonly node: RedisNode;
  readonly writes: Pending[];
  readonly also: Also[];
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

  const add = (entry: EntryRenewal, value: Buffer | undefined, end: WriteEnd): void => {
    pending.push(new Pending(entry, value, end));
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
    const tasks: (Pending | Also | Beside)[] = [];
    for (const write of writes) {
      const { key, beside, also } = write.entry;
      keys.push(key);
      tasks.push(write);
      if (also !== undefined) {
        for (const { key: where, command } of also) {
          keys.push(where);
          tasks.push({ kind: 'also', command, of: write });
        }
      }
      if (beside === undefined || !keepsBeside) continue;
      keys.push(keyBeside(beside));
      tasks.push(beside);
    }
    const shares = await client.nodesFor(keys);
    await Promise.all(
      shares.map(({ node, indexes }) => {
        const share: Share = { node, writes: [], also: [], besides: [] };
        for (const index of indexes) addTo(share, tasks[index]);
        return sendShare(share);
      }),
    );
  };

  const sendShare = async ({ node, writes, also, besides }: Share): Promise<void> => {
    const sender = client.to(node);
    const hashWriter = hashWriterTo(node);
    const hashes: HashWrite[] = [];
    const outdated: Buffer[] = [];
    for (const beside of besides) {
      if (beside.kind !== 'write') continue;
      hashes.push(beside.hash);
      if (beside.replaces) outdated.push(beside.hash.key);
    }
    // What is remembered of an older value must not outlive it: whatever cuts the pipeline off, a hash
    // that is there belongs to the value that is there.
    const commands = unlinks(node, outdated);
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
    for (const write of writes) write.answered(replies[at++]);
    for (const { of } of also) of.alsoAnswered(replies[at++]);
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
    put: (write, end) => add(write, write.value, end),
    renew: (renewal, end) => add(renewal, undefined, end),
  };
}

function addTo(share: Share, task: Pending | Also | Beside | undefined): void {
  if (task?.kind === 'entry') share.writes.push(task);
  else if (task?.kind === 'also') share.also.push(task);
  else if (task !== undefined) share.besides.push(task);
}

/** Removes keys: at once where one command may take them all. */
function unlinks(node: RedisNode, keys: readonly Buffer[]): RedisCommand[] {
  if (keys.length > 0 && node.multiKey) return [['UNLINK', ...keys]];
  return keys.map((key): RedisCommand => ['UNLINK', key]);
}

function keyBeside(beside: Beside): Buffer {
  return beside.kind === 'write' ? beside.hash.key : beside.key;
}
