import { CachectlError } from '../cli/errors.ts';
import type { RedisClient, RedisCommand, RedisReply } from '../redis/types.ts';
import type { Delivery } from './delivery.ts';

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
}

/** The longest pause between two tries. */
const LONGEST_RETRY_MS = 60_000;
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
    return entriesOf(listOf(entries ?? null), () => 1);
  }

  /**
   * Entries that somebody has to work on again: this consumer's own that failed or whose delivery was lost,
   * and those of consumers that are dead.
   * @param inHand what this consumer is working on at the moment
   */
  async takeOver(inHand: ReadonlySet<string>): Promise<readonly Delivery[]> {
    const { stream, group, consumer, claimAfterMs, retryAfterMs } = this.#settings;
    const leastMs = Math.min(claimAfterMs, retryAfterMs);
    const pending = listOf(
      await this.#healing('XPENDING', stream, group, 'IDLE', leastMs, '-', '+', PENDING_COUNT),
    ).map(pendingOf);
    const due = pending.filter(({ id, owner, idleMs, tries }) => {
      if (owner !== consumer) return idleMs >= claimAfterMs;
      return !inHand.has(id) && idleMs >= Math.min(LONGEST_RETRY_MS, retryAfterMs * 2 ** (tries - 1));
    });
    const taken: Delivery[] = [];
    for (const { id, owner, tries } of due) {
      // Checked by the server again: of two that see the same dead consumer, one gets the entry.
      const idle = owner === consumer ? 0 : claimAfterMs;
      const claimed = listOf(await this.#call('XCLAIM', stream, group, consumer, idle, id));
      if (claimed[0] === null) await this.acknowledge([id]);
      taken.push(...entriesOf(claimed, () => tries + 1));
    }
    return taken;
  }

  /** Says that this consumer is still working on these, so that nobody takes them for abandoned. */
  async keep(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const { stream, group, consumer } = this.#settings;
    await this.#call('XCLAIM', stream, group, consumer, 0, ...ids, 'JUSTID');
  }

  /** Done with these, for good. */
  async acknowledge(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    await this.#healing('XACK', this.#settings.stream, this.#settings.group, ...ids);
  }

  /** Puts an entry into the dead-letter stream, with the reason, and is done with it. In this order: twice, not never. */
  async setAside({ id, fields, tries }: Delivery, reason: string): Promise<void> {
    const { deadLetters, stream, group } = this.#settings;
    await this.#call(
      'XADD',
      deadLetters,
      '*',
      ...fields,
      ...['dead_letter_reason', reason, 'dead_letter_id', id],
      ...['dead_letter_tries', String(tries), 'dead_letter_group', group],
      ...['dead_letter_stream', stream],
    );
    await this.acknowledge([id]);
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

function entriesOf(reply: readonly RedisReply[], triesOf: (id: string) => number): readonly Delivery[] {
  return reply.flatMap((entry) => {
    const [id, fields] = listOf(entry);
    if (id === undefined || id === null || !Array.isArray(fields)) return [];
    const name = String(id);
    return [{ id: name, fields: listOf(fields).map(bytesOf), tries: triesOf(name) }];
  });
}

function pendingOf(entry: RedisReply) {
  const [id, owner, idle, tries] = listOf(entry);
  return { id: String(id), owner: String(owner), idleMs: Number(idle), tries: Number(tries) };
}

function fieldsOf(reply: RedisReply): ReadonlyMap<string, RedisReply> {
  const flat = listOf(reply);
  return new Map(
    flat.flatMap((name, index) =>
      index % 2 === 0 ? [[String(name), flat[index + 1] ?? null] as const] : [],
    ),
  );
}

function bytesOf(reply: RedisReply): Buffer {
  return Buffer.isBuffer(reply) ? reply : Buffer.from(String(reply));
}

function listOf(reply: RedisReply): readonly RedisReply[] {
  return Array.isArray(reply) ? (reply as readonly RedisReply[]) : [];
}
