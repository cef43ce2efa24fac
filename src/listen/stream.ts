import { CachectlError } from '../cli/errors.ts';
import { deadLetterFields } from './dead-letters/letter.ts';
import type { RedisClient, RedisCommand, RedisReply } from '../redis/types.ts';
import type { Delivery } from './delivery.ts';
import { entriesOf, fieldsOf, listOf } from './entries.ts';
import { trimStream } from './trim.ts';

/** Which stream is read, by whom, and how patiently. */
export interface StreamSettings {
  readonly stream: Buffer;
  readonly group: string;
  /** This process among those of the group. */
  readonly consumer: string;
  /** Where a group that does not exist yet begins: `0` is the stream's beginning, `$` its end. */
  readonly from: string;
  /** What a consumer has not acknowledged for this long is taken over: it is dead, or hangs. */
  readonly claimAfterMs: number;
  /** The pause before the second try of a failed event; it doubles with each further one. */
  readonly retryAfterMs: number;
  readonly deadLetters: Buffer;
  /** Events that every group is done with are removed when they are older; never where missing. */
  readonly keepMs: number | undefined;
}

/** The longest pause between two tries. */
const LONGEST_RETRY_MS = 60_000;
/**
 * What was delivered to this consumer and never arrived (the connection was lost meanwhile) is worked on after
 * this time. Not sooner: an answer may also be slow.
 */
const LOST_DELIVERY_MS = 5_000;
/** Entries that are asked for in one reply. */
const READ_COUNT = 1_000;
const PENDING_COUNT = 100;

/**
 * A consumer of one stream in its group (Redis documentation, "Redis Streams": consumer groups). Delivered at
 * least once: an entry is pending until it is acknowledged, and pending entries are found again whoever has
 * been working on them.
 */
export class StreamConsumer {
  readonly #client: RedisClient;
  readonly #settings: StreamSettings;
  /** Entries of this consumer that are pending, as far as this process knows. */
  readonly #held = new Map<string, 'working' | 'failed'>();

  constructor(client: RedisClient, settings: StreamSettings) {
    this.#client = client;
    this.#settings = settings;
  }

  /** Creates stream and group where they are missing, and joins the group. */
  async ensureGroup(): Promise<void> {
    const { stream, group, consumer, from } = this.#settings;
    await this.#createGroup(from);
    // Only so that it can be seen who listens: before the first event, a server does not know its consumers.
    await this.#call('XGROUP', 'CREATECONSUMER', stream, group, consumer);
  }

  async #createGroup(from: string): Promise<void> {
    const { stream, group } = this.#settings;
    try {
      await this.#call('XGROUP', 'CREATE', stream, group, from, 'MKSTREAM');
    } catch (error) {
      if (!(error instanceof CachectlError && /BUSYGROUP/.test(error.message))) throw error;
    }
  }

  /** New entries, as soon as there are some; none after the wait. Each belongs to this consumer from then on. */
  async read(waitMs: number): Promise<readonly Delivery[]> {
    const { stream, group, consumer } = this.#settings;
    const reply = listOf(
      await this.#healing(
        ...(['XREADGROUP', 'GROUP', group, consumer, 'COUNT', READ_COUNT] as const),
        ...(waitMs > 0 ? (['BLOCK', Math.ceil(waitMs)] as const) : []),
        ...(['STREAMS', stream, '>'] as const),
      ),
    );
    // RESP2 has a list of pairs here, RESP3 a map, which comes flat.
    const entries = Array.isArray(reply[0]) ? listOf(reply[0])[1] : reply[1];
    return deliveriesOf(listOf(entries ?? null), () => 1);
  }

  /** These are being worked on from now on: they are kept, and not taken over, until they are let go. */
  hold(ids: readonly string[]): void {
    for (const id of ids) this.#held.set(id, 'working');
  }

  /** No longer: what was not acknowledged has failed, and is due again after its pause. */
  letGo(ids: readonly string[]): void {
    for (const id of ids) if (this.#held.has(id)) this.#held.set(id, 'failed');
  }

  /**
   * Entries that somebody has to work on again: this consumer's own that failed or whose delivery was lost,
   * and those of consumers that are dead.
   */
  async takeOver(): Promise<readonly Delivery[]> {
    const { stream, group, consumer, claimAfterMs, retryAfterMs } = this.#settings;
    const leastMs = Math.min(claimAfterMs, retryAfterMs);
    const pending = listOf(
      await this.#healing('XPENDING', stream, group, 'IDLE', leastMs, '-', '+', PENDING_COUNT),
    ).map(pendingOf);
    const due = pending.filter(({ id, owner, idleMs, tries }) => {
      if (owner !== consumer) return idleMs >= claimAfterMs;
      switch (this.#held.get(id)) {
        case 'working':
          return false;
        case 'failed':
          return idleMs >= Math.min(LONGEST_RETRY_MS, retryAfterMs * 2 ** (tries - 1));
        case undefined:
          return idleMs >= Math.max(LOST_DELIVERY_MS, retryAfterMs);
      }
    });
    const taken: Delivery[] = [];
    for (const { id, owner, tries } of due) {
      // Checked by the server again: of two that see the same dead consumer, one gets the entry.
      const idle = owner === consumer ? 0 : claimAfterMs;
      const claimed = listOf(await this.#call('XCLAIM', stream, group, consumer, idle, id));
      // It was deleted from the stream.
      if (claimed[0] === null) await this.acknowledge([id]);
      const entries = deliveriesOf(claimed, () => tries + 1);
      if (entries.length === 0) this.#held.delete(id);
      taken.push(...entries);
    }
    return taken;
  }

  /** Says that this consumer is still working on what it holds, so that nobody takes it for abandoned. */
  async keep(): Promise<void> {
    const ids = [...this.#held].flatMap(([id, state]) => (state === 'working' ? [id] : []));
    if (ids.length === 0) return;
    const { stream, group, consumer } = this.#settings;
    await this.#call('XCLAIM', stream, group, consumer, 0, ...ids, 'JUSTID');
  }

  /** Done with these, for good. */
  async acknowledge(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#healing('XACK', this.#settings.stream, this.#settings.group, ...ids);
    for (const id of ids) this.#held.delete(id);
  }

  /** Puts an entry into the dead-letter stream, with the reason, and is done with it. In this order: twice, not never. */
  async setAside({ id, fields, tries }: Delivery, reason: string): Promise<void> {
    const { deadLetters, stream, group } = this.#settings;
    const about = deadLetterFields({ reason, id, tries, group, stream });
    await this.#call('XADD', deadLetters, '*', ...fields, ...about);
    await this.acknowledge([id]);
  }

  /** Removes what is old and done with, for every group; nothing where no time was given. */
  async trim(): Promise<void> {
    const { stream, keepMs } = this.#settings;
    if (keepMs === undefined) return;
    const [share] = await this.#client.nodesFor([stream]);
    if (share !== undefined) await trimStream(share.node, stream, keepMs);
  }

  /** Leaves the group where nothing is pending; entries of a consumer that is deleted would be lost. */
  async leave(): Promise<void> {
    const { stream, group, consumer } = this.#settings;
    const pending = listOf(await this.#call('XPENDING', stream, group, '-', '+', 1, consumer));
    if (pending.length === 0) await this.#call('XGROUP', 'DELCONSUMER', stream, group, consumer);
  }

  /** Entries of the group that are not acknowledged, and those that were not delivered yet where the server says so. */
  async backlog(): Promise<{ readonly pending: number; readonly lag: number | undefined }> {
    const { stream, group } = this.#settings;
    const groups = listOf(await this.#call('XINFO', 'GROUPS', stream)).map(fieldsOf);
    const mine = groups.find((fields) => String(fields.get('name')) === group);
    const lag = mine?.get('lag');
    return {
      pending: Number(mine?.get('pending') ?? 0),
      lag: lag === undefined || lag === null ? undefined : Number(lag),
    };
  }

  async #call(...command: RedisCommand): Promise<RedisReply> {
    const key = command[0] === 'XADD' ? this.#settings.deadLetters : this.#settings.stream;
    const [share] = await this.#client.nodesFor([key]);
    if (share === undefined) throw new Error('no server owns the stream');
    return share.node.call(...command);
  }

  /** A group that is gone (a failover to a replica that lagged, a flush) is made again, from the stream's beginning. */
  async #healing(...command: RedisCommand): Promise<RedisReply> {
    try {
      return await this.#call(...command);
    } catch (error) {
      if (!(error instanceof CachectlError && /NOGROUP/.test(error.message))) throw error;
      await this.#createGroup('0');
      return this.#call(...command);
    }
  }
}

function deliveriesOf(reply: readonly RedisReply[], triesOf: (id: string) => number): readonly Delivery[] {
  return entriesOf(reply).map((entry) => ({ ...entry, tries: triesOf(entry.id) }));
}

function pendingOf(entry: RedisReply) {
  const [id, owner, idle, tries] = listOf(entry);
  return { id: String(id), owner: String(owner), idleMs: Number(idle), tries: Number(tries) };
}
