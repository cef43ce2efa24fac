import { CachectlError } from '../../cli/errors.ts';
import { translateRedisError } from '../translate-error.ts';
import { encodeCommands, encodeForKeys } from './encode.ts';
import { RespErrorReply } from './protocol-error.ts';
import { encodeRemoval, type RemovalCommand } from './removal.ts';
import { ReplyBatch } from './reply-batch.ts';
import type { RespConnection } from './resp-connection.ts';
import { forEachArgument, readScanReply, type ScanReply } from './scan-reply.ts';
import { isPastPart } from './scan-parts.ts';
import type { SweepLook, SweepOutcome, SweepPlan } from './sweep-plan.ts';

/** Keys on their way out: as arguments, the way they came. */
interface Removal {
  readonly args: Buffer;
  readonly count: number;
  readonly command: RemovalCommand;
}

/** One cursor's way through the table. */
interface Part {
  readonly first: string;
  cursor: string;
}

/** A pause shorter than this is none: timers go by whole milliseconds. */
const SHORTEST_PAUSE_MS = 1;

/**
 * Removes every key that matches, on one connection: the next SCAN goes out as soon as the cursor of the
 * last one is known, and before the removal of what it found, so that the server always has the next thing
 * to do. The keys go back as the bytes they came in; nothing is made of them unless `accept` wants to see
 * them. A SCAN's reply proves that all removals before it are done, so that what is under way is bounded
 * by the number of cursors. Resolves once everything sent has been answered, whatever happened.
 */
export function runSweep(
  connection: RespConnection,
  plan: SweepPlan,
  signal: AbortSignal,
): Promise<SweepOutcome> {
  return new Promise((resolve) => new Sweep(connection, plan, signal, resolve).start());
}

class Sweep {
  readonly #connection: RespConnection;
  readonly #plan: SweepPlan;
  readonly #signal: AbortSignal;
  readonly #resolve: (outcome: SweepOutcome) => void;
  readonly #timers = new Set<NodeJS.Timeout>();
  #command: RemovalCommand = 'UNLINK';
  #matched = 0;
  #removed = 0;
  #unconfirmed = 0;
  /** Requests without a reply, pauses and keys handed back: the sweep ends when there are none. */
  #underWay = 0;
  #handedBack: Promise<void> | undefined;
  #failure: CachectlError | undefined;
  #stopped = false;
  #unfinished: number;
  #resolved = false;

  constructor(
    connection: RespConnection,
    plan: SweepPlan,
    signal: AbortSignal,
    resolve: (outcome: SweepOutcome) => void,
  ) {
    this.#connection = connection;
    this.#plan = plan;
    this.#signal = signal;
    this.#resolve = resolve;
    this.#unfinished = plan.cursors;
  }

  start(): void {
    this.#signal.addEventListener('abort', this.#stop, { once: true });
    if (this.#signal.aborted) this.#stop();
    for (let first = 0; first < this.#plan.cursors; first++) {
      this.#next({ first: String(first), cursor: String(first) });
    }
    this.#endWhenDone();
  }

  /** No further SCAN and no further removal; what is under way is waited for, so that it can be counted. */
  readonly #stop = (): void => {
    this.#stopped = true;
    for (const timer of this.#timers) {
      clearTimeout(timer);
      this.#underWay--;
    }
    this.#timers.clear();
    this.#endWhenDone();
  };

  #fail(error: unknown): void {
    this.#failure ??= translateRedisError(error, this.#connection.address);
    this.#stop();
  }

  #next(part: Part): void {
    if (this.#stopped) return;
    const pauseMs = this.#plan.pace.pauseMs();
    if (pauseMs < SHORTEST_PAUSE_MS) {
      this.#scan(part);
      return;
    }
    this.#underWay++;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      this.#underWay--;
      if (!this.#stopped) this.#scan(part);
    }, pauseMs);
    this.#timers.add(timer);
  }

  #scan(part: Part): void {
    const { pattern, pace } = this.#plan;
    const match = pattern === undefined ? [] : ['MATCH', pattern];
    const request = encodeCommands([['SCAN', part.cursor, ...match, 'COUNT', pace.count()]]);
    this.#underWay++;
    this.#connection.send([request], 1, {
      receive: (bytes, start, end) => {
        this.#underWay--;
        this.#onScanned(part, bytes, start, end);
        this.#endWhenDone();
      },
      lose: (error) => {
        this.#underWay--;
        this.#fail(error);
      },
    });
  }

  #onScanned(part: Part, bytes: Buffer, start: number, end: number): void {
    if (this.#stopped) return;
    let reply: ScanReply;
    try {
      reply = readScanReply(bytes, start, end);
    } catch (error) {
      this.#fail(error);
      return;
    }
    part.cursor = reply.cursor;
    if (
      reply.cursor === '0' ||
      (this.#plan.cursors > 1 && isPastPart(part.first, reply.cursor, this.#plan.cursors))
    ) {
      this.#unfinished--;
    } else if (this.#handedBack === undefined) {
      this.#next(part);
    } else {
      // Keys that go the slow way hold the fast one up, or they would pile up.
      this.#underWay++;
      void this.#handedBack.then(() => {
        this.#underWay--;
        this.#next(part);
        this.#endWhenDone();
      });
    }
    if (reply.count > 0) this.#removeFound(bytes, reply);
  }

  #removeFound(bytes: Buffer, reply: ScanReply): void {
    const { accept } = this.#plan;
    if (accept === undefined) {
      const args = bytes.subarray(reply.keysStart, reply.keysEnd);
      this.#remove({ args, count: reply.count, command: this.#command });
      return;
    }
    const accepted: Buffer[] = [];
    forEachArgument(bytes, reply.keysStart, reply.count, (start, content, next) => {
      if (accept(bytes.subarray(content, next - 2))) accepted.push(bytes.subarray(start, next));
    });
    if (accepted.length === 0) return;
    this.#remove({ args: Buffer.concat(accepted), count: accepted.length, command: this.#command });
  }

  /** The server answers in order, and so the keys are still there when it comes to this. */
  #lookAt(args: Buffer, count: number, look: SweepLook): void {
    if (count === 0) return;
    const keys: Buffer[] = [];
    forEachArgument(args, 0, count, (_start, content, next) => {
      keys.push(args.subarray(content, next - 2));
    });
    const starts = new Int32Array(keys.length * look.commands.length);
    this.#underWay++;
    this.#connection.send(
      [encodeForKeys(look.commands, keys)],
      starts.length,
      {
        receive: (bytes, start) => {
          this.#underWay--;
          look.receive(new ReplyBatch(bytes, start, starts, this.#connection.address));
          this.#endWhenDone();
        },
        lose: (error) => {
          this.#underWay--;
          this.#fail(error);
        },
      },
      starts,
    );
  }

  #remove(removal: Removal): void {
    const { multiKey, look } = this.#plan;
    if (look !== undefined) this.#lookAt(removal.args, Math.min(removal.count, look.keysAtOnce()), look);
    const replies = multiKey ? 1 : removal.count;
    const starts = new Int32Array(replies);
    this.#matched += removal.count;
    this.#plan.onProgress(this.#removed, this.#matched);
    this.#underWay++;
    this.#connection.send(
      encodeRemoval(removal.command, removal.args, removal.count, multiKey),
      replies,
      {
        receive: (bytes, start) => {
          this.#underWay--;
          this.#onRemoved(removal, new ReplyBatch(bytes, start, starts, this.#connection.address));
          this.#endWhenDone();
        },
        lose: (error) => {
          this.#underWay--;
          this.#unconfirmed += removal.count;
          this.#fail(error);
        },
      },
      starts,
    );
  }

  #onRemoved(removal: Removal, replies: ReplyBatch): void {
    const refused: number[] = [];
    for (let index = 0; index < replies.length; index++) {
      const removed = replies.integer(index);
      if (removed === undefined) refused.push(index);
      else this.#removed += removed;
    }
    if (refused.length > 0) this.#onRefused(removal, replies, refused);
    this.#plan.onProgress(this.#removed, this.#matched);
  }

  #onRefused(removal: Removal, replies: ReplyBatch, refused: readonly number[]): void {
    const error = replies.value(refused[0] ?? 0);
    if (!(error instanceof CachectlError)) {
      this.#fail(new Error('Protocol error: a removal gave no count'));
      return;
    }
    const text = error.cause instanceof RespErrorReply ? error.cause.message : error.message;
    // Before Redis 4.0 there is no UNLINK.
    if (removal.command === 'UNLINK' && /unknown command/i.test(text)) {
      this.#command = 'DEL';
      this.#matched -= removal.count;
      if (!this.#stopped) this.#remove({ ...removal, command: 'DEL' });
      return;
    }
    const { handBack } = this.#plan;
    if (handBack === undefined || !/^(MOVED|ASK|TRYAGAIN|CLUSTERDOWN)\b/.test(text)) {
      this.#fail(error);
      return;
    }
    const wanted = new Set(refused);
    const keys: Buffer[] = [];
    let index = 0;
    forEachArgument(removal.args, 0, removal.count, (_start, content, next) => {
      if (wanted.has(index++)) keys.push(removal.args.subarray(content, next - 2));
    });
    this.#underWay++;
    this.#handedBack = Promise.all([this.#handedBack, handBack(keys)]).then(
      ([, removed]) => {
        this.#underWay--;
        this.#removed += removed;
        this.#plan.onProgress(this.#removed, this.#matched);
        this.#endWhenDone();
      },
      (failure: unknown) => {
        this.#underWay--;
        this.#fail(failure);
      },
    );
  }

  #endWhenDone(): void {
    if (this.#resolved || this.#underWay > 0 || (this.#unfinished > 0 && !this.#stopped)) return;
    this.#resolved = true;
    this.#signal.removeEventListener('abort', this.#stop);
    this.#resolve({
      matched: this.#matched,
      removed: this.#removed,
      unconfirmed: this.#unconfirmed,
      failure: this.#failure,
      finished: this.#unfinished === 0 && this.#failure === undefined,
    });
  }
}
