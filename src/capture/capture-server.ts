import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { BulkChannel } from '../redis/bulk-channel.ts';
import { encodeCommands } from '../redis/resp/encode.ts';
import type { RedisClient, RedisNode } from '../redis/types.ts';
import { within } from '../redis/wait.ts';
import type { CapturedServer, CaptureRequest } from './capture.ts';
import { leaseEvents, type EventLease } from './event-setting.ts';
import { listenToServer, type ServerSink } from './listen.ts';
import { openRepairNotes } from './repair-notes.ts';

/** What stands in the stream before a mark has to be read within this. */
const DRAIN_MS = 30_000;

/** What one server's part of a capture tells of. */
export interface ServerHooks {
  readonly request: CaptureRequest;
  readonly onCommand: () => void;
  /** The server cannot be heard any more; told once. */
  readonly onFailure: (error: CachectlError) => void;
}

/** A capture on one server: opened, begun, ended, released. */
export class ServerCapture {
  readonly #address: string;
  readonly #hooks: ServerHooks;
  /** For the setting and the marks. */
  readonly #control: BulkChannel;
  /** What MONITOR and the events come on. */
  #ears: BulkChannel | undefined;
  #lease: EventLease | undefined;
  readonly #marks = new Map<string, { readonly resolve: () => void; readonly reject: (e: Error) => void }>();
  #failure: CachectlError | undefined;
  #isHearing = false;
  #isReleased = false;
  #events = 0;
  #reads = 0;
  #misses = 0;
  #before = '';

  private constructor(address: string, control: BulkChannel, hooks: ServerHooks) {
    this.#address = address;
    this.#control = control;
    this.#hooks = hooks;
  }

  /**
   * Lets the server tell of misses, where they are asked for, and starts MONITOR.
   * @throws CachectlError after having put back what it changed
   */
  static async open(client: RedisClient, node: RedisNode, hooks: ServerHooks): Promise<ServerCapture> {
    if (node.bulk === undefined) throw noChannel(node.address);
    const server = new ServerCapture(node.address, await node.bulk(), hooks);
    try {
      await server.#listen(client, await node.bulk());
      return server;
    } catch (error) {
      await server.release();
      throw error;
    }
  }

  async #listen(client: RedisClient, ears: BulkChannel): Promise<void> {
    this.#ears = ears;
    const { misses, warn, onRepair } = this.#hooks.request;
    if (misses) {
      const notes = await openRepairNotes(client, this.#control);
      this.#lease = await leaseEvents({ channel: this.#control, notes, onRepair, warn });
    }
    listenToServer(ears, misses, this.#sink(client.target.database));
  }

  #sink(database: number): ServerSink {
    const { sink } = this.#hooks.request;
    return {
      command: () => {
        if (!this.#isHearing) return;
        this.#events++;
        this.#hooks.onCommand();
      },
      read: (key, lookups, number) => {
        if (!this.#isHearing) return;
        this.#reads += lookups;
        if (number === database) sink.read(key, lookups);
      },
      write: (key, number) => {
        if (this.#isHearing && number === database) sink.write(key);
      },
      miss: (key, number) => {
        if (!this.#isHearing) return;
        this.#misses++;
        if (number === database) sink.miss(key);
      },
      echo: (text) => {
        const mark = this.#marks.get(text);
        if (mark === undefined) return;
        this.#isHearing = text.endsWith('begin');
        mark.resolve();
      },
      fail: (error) => {
        if (this.#isReleased || this.#failure !== undefined) return;
        const failure = error.exitCode === ExitCode.unreachable ? hungUp(this.#address, error) : error;
        this.#failure = failure;
        for (const mark of this.#marks.values()) mark.reject(failure);
        this.#hooks.onFailure(failure);
      },
    };
  }

  /** Counts from here on. @throws CachectlError */
  async begin(): Promise<void> {
    this.#before = await this.#mark('begin');
  }

  /** Counts up to here; resolves once everything before it has been heard. @throws CachectlError */
  async end(): Promise<CapturedServer> {
    const after = await this.#mark('end');
    return {
      address: this.#address,
      events: this.#events,
      reads: this.#reads,
      misses: this.#misses,
      before: this.#before,
      after,
    };
  }

  #throwIfFailed(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** INFO, and a mark in the stream, with no other command in between; gives the INFO once the mark was heard. */
  async #mark(place: 'begin' | 'end'): Promise<string> {
    this.#throwIfFailed();
    const text = `cachectl-capture-${Number(await this.#control.call('CLIENT', 'ID'))}-${place}`;
    const heard = new Promise<void>((resolve, reject) => this.#marks.set(text, { resolve, reject }));
    heard.catch(() => undefined);
    try {
      // It may have failed while the ID was asked for, when there was no mark to tell.
      this.#throwIfFailed();
      const commands = encodeCommands([['MULTI'], ['INFO'], ['ECHO', text], ['EXEC']]);
      const replies = await this.#control.pipeline(commands, 4);
      const [refusal, executed] = [replies.value(1), replies.value(3)];
      if (refusal instanceof CachectlError) throw refusal;
      if (executed instanceof CachectlError) throw executed;
      await within(heard, DRAIN_MS).catch(() => {
        throw this.#failure ?? fallenBehind(this.#address);
      });
      const [info] = Array.isArray(executed) ? (executed as readonly unknown[]) : [];
      return Buffer.isBuffer(info) ? info.toString('utf8') : '';
    } finally {
      this.#marks.delete(text);
    }
  }

  /** Puts everything back. Never throws: what cannot be put back is warned about. */
  async release(): Promise<void> {
    if (this.#isReleased) return;
    this.#isReleased = true;
    this.#ears?.close();
    const { warn } = this.#hooks.request;
    try {
      const remark = await this.#lease?.release();
      if (remark !== undefined) warn(remark);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      warn(
        `notify-keyspace-events of ${this.#address} could not be put back to "${this.#lease?.was ?? ''}" ` +
          `(${why}): run cachectl stats --repair`,
      );
    }
    this.#control.close();
  }
}

function noChannel(address: string): CachectlError {
  return new CachectlError(`${address} cannot be listened to on a connection of its own`, {
    code: 'capture.no-channel',
    exitCode: ExitCode.unreachable,
  });
}

function hungUp(address: string, cause: CachectlError): CachectlError {
  return new CachectlError(`${address} ended the connection on which it was listened to: ${cause.message}`, {
    code: 'capture.ended',
    exitCode: ExitCode.unreachable,
    hint: 'it does that where it says more than client-output-buffer-limit pubsub allows: listen less with --max-events',
    cause,
  });
}

function fallenBehind(address: string): CachectlError {
  return new CachectlError(`${address} says more than can be read in time`, {
    code: 'capture.behind',
    exitCode: ExitCode.unreachable,
    hint: 'listen less: to fewer commands with --max-events, or for a shorter time',
  });
}
