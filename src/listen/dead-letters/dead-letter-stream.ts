import { entriesOf, listOf } from '../entries.ts';
import type { RedisClient, RedisCommand, RedisReply } from '../../redis/types.ts';
import { readDeadLetter, type DeadLetter } from './letter.ts';

const PAGE = 1_000;

/** The stream of events that were set aside. */
export class DeadLetterStream {
  readonly #client: RedisClient;
  readonly #key: Buffer;

  constructor(client: RedisClient, key: Buffer) {
    this.#client = client;
    this.#key = key;
  }

  /** How many there are. */
  async count(): Promise<number> {
    return Number(await this.#at(this.#key, 'XLEN', this.#key));
  }

  /** All, the newest first, page by page. */
  newestFirst(): AsyncGenerator<DeadLetter> {
    return this.#pages('XREVRANGE', '+', '-');
  }

  /** All that were there when it was asked, the oldest first: what comes back meanwhile is not looked at again. */
  async *oldestFirst(): AsyncGenerator<DeadLetter> {
    const [newest] = entriesOf(
      listOf(await this.#at(this.#key, 'XREVRANGE', this.#key, '+', '-', 'COUNT', 1)),
    );
    if (newest !== undefined) yield* this.#pages('XRANGE', '-', newest.id);
  }

  async *#pages(command: 'XRANGE' | 'XREVRANGE', from: string, to: string): AsyncGenerator<DeadLetter> {
    let next = from;
    for (;;) {
      const reply = await this.#at(this.#key, command, this.#key, next, to, 'COUNT', PAGE);
      const page = entriesOf(listOf(reply));
      yield* page.map(readDeadLetter);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return;
      next = `(${last.id}`;
    }
  }

  /** The one with this ID. */
  async find(id: string): Promise<DeadLetter | undefined> {
    const [entry] = entriesOf(listOf(await this.#at(this.#key, 'XRANGE', this.#key, id, id)));
    return entry === undefined ? undefined : readDeadLetter(entry);
  }

  /**
   * Puts an event back into a stream, and removes it here. Twice rather than never: the two streams may be on
   * different servers.
   * @throws CachectlError
   */
  async putBack(letter: DeadLetter, stream: Buffer): Promise<void> {
    await this.#at(stream, 'XADD', stream, '*', ...letter.fields);
    await this.#at(this.#key, 'XDEL', this.#key, letter.id);
  }

  async #at(key: Buffer, ...command: RedisCommand): Promise<RedisReply> {
    const [share] = await this.#client.nodesFor([key]);
    if (share === undefined) throw new Error('no server owns the stream');
    return share.node.call(...command);
  }
}
