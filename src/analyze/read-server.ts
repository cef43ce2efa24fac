import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { BulkChannel } from '../redis/bulk-channel.ts';
import { parseInfo } from '../redis/info.ts';
import { mayPass, pauseBefore, RECONNECT_ATTEMPTS } from '../redis/patience.ts';
import { encodeCommands } from '../redis/resp/encode.ts';
import type { KeyRun } from '../redis/resp/key-run.ts';
import type { ReplyBatch } from '../redis/resp/reply-batch.ts';
import type { SlotLedger } from '../redis/slot-ledger.ts';
import type { ReadingNode, RedisNode } from '../redis/types.ts';
import { pause } from '../redis/wait.ts';
import { lengthCommand } from './lengths.ts';
import { unseenKey, type Question, type Questions } from './questions.ts';
import type { ServerPart } from './sample.ts';
import type { Tally } from './tally.ts';

/** How keys are read. */
export interface Reading {
  readonly tally: Tally;
  readonly questions: Questions;
  /** What SCAN matches; in a sample nothing, so that it is known how many keys were looked at. */
  readonly pattern: Buffer | undefined;
  /** Of a cluster: which keys count where. */
  readonly ledger: SlotLedger | undefined;
  /** What a key must meet besides. */
  readonly accept: ((physical: Buffer) => boolean) | undefined;
  /** Keys for each SCAN to look at, given how many are best. */
  readonly count: (best: number) => number;
  /** How long to wait before the next batch, in ms. */
  readonly pauseMs: () => number;
  /** Told of keys that were looked at. */
  readonly onLooked: (keys: number) => void;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/**
 * Three commands for each key: so many keys take a server about as long as a SCAN of a thousand, which other
 * clients do not notice. With 300 the whole is 1 % quicker, with 200 it is 4 % slower (measured).
 */
const BEST_COUNT = 250;

/**
 * Reads one server's keys from end to end, or the parts of a sample. Where the connection is lost, it goes on from
 * the last batch that was counted, if the same process answers: a cursor means nothing to another one, and
 * beginning anew would count keys twice.
 * @throws CachectlError where it cannot be read to its end
 */
export async function readServer(
  node: ReadingNode,
  parts: readonly ServerPart[],
  reading: Reading,
): Promise<void> {
  const reader = new ServerReader(node, reading);
  for (const part of parts) {
    let place: Place = { cursor: part.cursor, left: part.keys, mayWrap: part.cursor !== '0' };
    for (let attempt = 1; !place.isDone && !reading.signal.aborted; attempt++) {
      const before = place.cursor;
      try {
        await reader.open();
        place = await reader.readFrom(place, (reached) => (place = reached));
      } catch (error) {
        reader.close();
        if (reading.signal.aborted) return;
        if (place.cursor !== before) attempt = 1;
        if (!(error instanceof CachectlError) || !mayPass(error) || attempt > RECONNECT_ATTEMPTS) throw error;
        await pause(pauseBefore(attempt), reading.signal).catch(() => undefined);
      }
    }
  }
  reader.close();
}

/** How far a part has been counted. */
interface Place {
  readonly cursor: string;
  /** Keys still to look at. */
  readonly left: number;
  /** Where a part of a sample began in the middle, it goes on at the start once it is at the end. */
  readonly mayWrap: boolean;
  readonly isDone?: boolean;
}

class ServerReader {
  readonly #node: ReadingNode;
  readonly #reading: Reading;
  readonly #seen = unseenKey();
  /** Whose slots it reads. */
  readonly #primary: string;
  #channel: BulkChannel | undefined;
  #process: string | undefined;

  constructor(node: ReadingNode, reading: Reading) {
    this.#node = node;
    this.#primary = node.replicaOf ?? node.address;
    this.#reading = reading;
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  async open(): Promise<void> {
    if (this.#channel !== undefined) return;
    const channel = await this.#node.bulk();
    this.#channel = channel;
    const info = await channel.call('INFO', 'server').catch(() => '');
    const process = parseInfo(String(info)).get('run_id') ?? 'unknown';
    if (this.#process !== undefined && (process !== this.#process || process === 'unknown')) {
      throw new CachectlError(
        `another server answers at ${channel.address} than the one that was being read`,
        {
          code: 'analyze.another-server',
          exitCode: ExitCode.unreachable,
          hint: 'it was restarted, or another one took over; run it again',
        },
      );
    }
    this.#process = process;
  }

  /** Reads on from a place. @param onCounted told how far all is counted, for the case that it breaks off */
  async readFrom(place: Place, onCounted: (place: Place) => void): Promise<Place> {
    const { signal, pattern, count } = this.#reading;
    const channel = this.#channel;
    if (channel === undefined) throw new Error('the channel is not open');
    let { left, cursor, mayWrap } = place;
    let counting: Promise<void> | undefined;
    for (;;) {
      // The next SCAN is sent before the last one is counted: so it is what was asked for that counts here.
      let unasked = left;
      const step = (): number => {
        const keys = count(Math.max(1, Math.min(BEST_COUNT, unasked > 0 ? unasked : left)));
        unasked -= keys;
        return keys;
      };
      const query = { pattern, from: cursor, count: step };
      for await (const run of channel.scan(query, signal)) {
        const pauseMs = this.#reading.pauseMs();
        if (pauseMs >= 1) await pause(pauseMs, signal);
        left -= run.length;
        cursor = run.cursor;
        const asked = this.#ask(channel, run);
        // Where the batch before it fails, nobody waits for this one any more.
        asked.catch(() => undefined);
        // One batch is counted while the server works on the next.
        await counting;
        const reached = { cursor, left, mayWrap };
        counting = asked.then(() => onCounted(reached));
        counting.catch(() => undefined);
        if (left <= 0) break;
      }
      if (left <= 0 || !mayWrap || signal.aborted) break;
      mayWrap = false;
      cursor = '0';
    }
    await counting;
    return { cursor, left, mayWrap, isDone: true };
  }

  async #ask(channel: BulkChannel, run: KeyRun): Promise<void> {
    const { questions, tally, accept } = this.#reading;
    this.#reading.onLooked(run.length);
    const { ledger } = this.#reading;
    const isWanted =
      ledger === undefined
        ? accept
        : (key: Buffer) => ledger.isOf(this.#primary, key) && (accept === undefined || accept(key));
    const chosen = choose(run, isWanted);
    const { asked, commands } = questions;
    if (chosen.length === 0) return;
    const replies = await channel.ask(commands, run, chosen);
    const strays = this.#count(run, chosen, asked, replies);
    if (strays.length > 0) await readSingly(this.#node, strays, this.#reading);
    const candidates = tally.takeCandidates();
    if (candidates.length > 0) await this.#askLengths(channel, candidates);
  }

  /** Gives the keys that are elsewhere. */
  #count(
    run: KeyRun,
    chosen: Int32Array,
    asked: readonly Question[],
    replies: ReplyBatch,
  ): readonly Buffer[] {
    const { questions, tally } = this.#reading;
    const nowMs = this.#reading.now();
    const strays: Buffer[] = [];
    let first = 0;
    for (const index of chosen) {
      const answer = questions.read(replies, first, asked, this.#seen);
      first += asked.length;
      if (answer === 'seen') {
        tally.add(this.#seen, nowMs, run.bytes, run.contents[index] ?? 0, run.ends[index] ?? 0);
        this.#reading.ledger?.counted(run.key(index));
      } else if (answer === 'gone') tally.vanished++;
      else strays.push(run.key(index));
    }
    return strays;
  }

  async #askLengths(channel: BulkChannel, candidates: ReturnType<Tally['takeCandidates']>): Promise<void> {
    const commands = candidates.map(({ key, seen }) => lengthCommand(seen.type, key) ?? (['PING'] as const));
    const replies = await channel.pipeline(encodeCommands(commands), commands.length);
    for (const [index, { key, seen }] of candidates.entries()) {
      const length = replies.integer(index);
      const { type, sizeBytes, ttlMs } = seen;
      if (length !== undefined) this.#reading.tally.longest.add({ key, type, sizeBytes, ttlMs, length });
    }
  }
}

/** Reads keys whose slots are on their way: asked through the node, which follows them. @throws CachectlError */
export async function readSingly(
  node: RedisNode,
  keys: readonly Buffer[],
  { questions, tally, ledger, now }: Pick<Reading, 'questions' | 'tally' | 'ledger' | 'now'>,
): Promise<void> {
  const { asked } = questions;
  const seen = unseenKey();
  const replies = await node.pipeline(keys.flatMap((key) => questions.commandsFor(key)));
  for (const [index, key] of keys.entries()) {
    const own = replies.slice(index * asked.length, (index + 1) * asked.length);
    if (questions.readReplies(own, asked, seen) === 'seen') {
      tally.add(seen, now(), key, 0, key.length);
      ledger?.counted(key);
    } else tally.vanished++;
  }
}

function choose(run: KeyRun, accept: Reading['accept']): Int32Array<ArrayBuffer> {
  const all = Int32Array.from({ length: run.length }, (_, index) => index);
  return accept === undefined ? all : all.filter((index) => accept(run.key(index)));
}
