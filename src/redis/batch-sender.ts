import { CachectlError } from '../cli/errors.ts';
import type { BulkChannel } from './bulk-channel.ts';
import { encodeCommands } from './resp/encode.ts';
import { parseRedirect } from './cluster-redirect.ts';
import type { RedisClient, RedisCommand, RedisNode, RedisReply } from './types.ts';

/** So many commands are worth a connection of their own; a run with less to do takes no second one. */
const WORTH_A_CHANNEL = 500;

/**
 * Sends batches of commands to one node: first through the node itself, and as soon as there are many of
 * them through a bulk channel, which costs a quarter for each. Whatever the channel cannot do, the node does:
 * it finds its way to another server, and is opened again when a connection is lost.
 */
export class BatchSender {
  readonly #node: RedisNode;
  #channel: BulkChannel | undefined;
  #sent = 0;
  #mayOpen: boolean;
  /** Channels that are opened now do not belong to an earlier use. */
  #use = 0;

  constructor(node: RedisNode) {
    this.#node = node;
    this.#mayOpen = wantsChannel(node);
  }

  /** See {@link RedisNode.pipeline}: the same promise, commands that were lost are sent again included. */
  async send(commands: readonly RedisCommand[]): Promise<readonly (RedisReply | CachectlError)[]> {
    this.#sent += commands.length;
    const channel = this.#channel;
    if (channel === undefined) {
      if (this.#mayOpen && this.#sent >= WORTH_A_CHANNEL) void this.#open();
      return this.#node.pipeline(commands);
    }
    let replies: (RedisReply | CachectlError)[];
    try {
      const batch = await channel.pipeline(encodeCommands(commands), commands.length);
      replies = Array.from(commands, (_, index) => batch.value(index));
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      if (this.#channel === channel) this.#forgetChannel();
      return this.#node.pipeline(commands);
    }
    return this.#askElsewhere(commands, replies);
  }

  /** Closes the channel; what is sent afterwards begins anew. */
  close(): void {
    this.#use++;
    this.#forgetChannel();
    this.#mayOpen = wantsChannel(this.#node);
  }

  #forgetChannel(): void {
    this.#channel?.close();
    this.#channel = undefined;
    this.#sent = 0;
  }

  async #open(): Promise<void> {
    const use = this.#use;
    this.#mayOpen = false;
    try {
      const channel = await this.#node.bulk?.();
      if (use !== this.#use) {
        channel?.close();
        return;
      }
      this.#channel = channel;
      // A lost channel may be opened again.
      this.#mayOpen = true;
    } catch {
      // The server takes no further connection, or not this one: the node is enough.
    }
  }

  /** What this server would not do because it is not, or no longer, the one to ask goes through the node. */
  async #askElsewhere(
    commands: readonly RedisCommand[],
    replies: (RedisReply | CachectlError)[],
  ): Promise<readonly (RedisReply | CachectlError)[]> {
    const indexes = replies.flatMap((reply, index) => (isRedirect(reply) ? [index] : []));
    if (indexes.length === 0) return replies;
    const again = await this.#node.pipeline(indexes.flatMap((index) => commands.slice(index, index + 1)));
    indexes.forEach((index, position) => (replies[index] = again[position] ?? null));
    return replies;
  }
}

function wantsChannel(node: RedisNode): boolean {
  return node.bulk !== undefined && node.isLean !== true;
}

function isRedirect(reply: RedisReply | CachectlError): boolean {
  return reply instanceof CachectlError && parseRedirect(reply, { host: '', port: 0 }) !== undefined;
}

/** A command about one key, which says to whom it goes. */
export interface KeyedCommand {
  /** Physical. */
  readonly key: Buffer;
  readonly command: RedisCommand;
}

/** The senders to all nodes of a client. */
export class BatchClient {
  readonly #client: RedisClient;
  readonly #senders = new Map<RedisNode, BatchSender>();

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** The sender to a node. */
  to(node: RedisNode): BatchSender {
    let sender = this.#senders.get(node);
    if (sender === undefined) {
      sender = new BatchSender(node);
      this.#senders.set(node, sender);
    }
    return sender;
  }

  /** See {@link RedisClient.nodesFor}. */
  nodesFor(keys: readonly Buffer[]): ReturnType<RedisClient['nodesFor']> {
    return this.#client.nodesFor(keys);
  }

  /**
   * The replies to commands that are each about one key, in the same order, from whatever nodes own them.
   * @throws CachectlError where a connection fails
   */
  async ask(commands: readonly KeyedCommand[]): Promise<readonly (RedisReply | CachectlError | undefined)[]> {
    const replies = new Array<RedisReply | CachectlError | undefined>(commands.length);
    if (commands.length === 0) return replies;
    const shares = await this.#client.nodesFor(commands.map(({ key }) => key));
    await Promise.all(
      shares.map(async ({ node, indexes }) => {
        const own = await this.to(node).send(
          indexes.flatMap((index) => (commands[index] ? [commands[index].command] : [])),
        );
        indexes.forEach((index, position) => (replies[index] = own[position]));
      }),
    );
    return replies;
  }

  /** Closes what the senders opened. */
  close(): void {
    for (const sender of this.#senders.values()) sender.close();
  }
}
