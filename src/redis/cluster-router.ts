import calculateSlot from 'cluster-key-slot';
import { CachectlError } from '../cli/errors.ts';
import type { ConnectionLog } from './connection-log.ts';
import { parseRedirect } from './cluster-redirect.ts';
import {
  mapAddresses,
  parseClusterSlots,
  parseOwnState,
  slotOwners,
  type ClusterSnapshot,
  type ClusterTopology,
  type NodeState,
} from './cluster-topology.ts';
import { keyOf } from './key-position.ts';
import { isUnavailable, type Opener, type Purpose } from './opener.ts';
import { MAX_REDIRECTS, pauseBefore } from './patience.ts';
import { isConnectionFailure } from './translate-error.ts';
import type { OpenNode, RedisCommand, RedisNode, RedisReply } from './types.ts';
import { formatAddress, type TcpAddress } from './url.ts';
import { pause } from './wait.ts';

/** What a router needs to know. */
export interface RouterParts {
  readonly seeds: readonly TcpAddress[];
  readonly opener: Opener;
  /** What a node's own idea of an address is from here. */
  readonly translate: (address: TcpAddress) => TcpAddress;
  /** How long to wait for the cluster to agree on new owners. */
  readonly patienceMs: number;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly log: ConnectionLog;
}

/** A command on its way. */
interface Pending {
  readonly command: RedisCommand;
  readonly index: number;
  readonly to: TcpAddress;
  readonly asking: boolean;
}

/** Sends each command to the node that owns its key, and follows it where it moves. */
export class ClusterRouter {
  readonly #parts: RouterParts;
  readonly #connections = new Map<string, Promise<OpenNode>>();
  #topology: ClusterTopology = { shards: [] };
  #owners: readonly (TcpAddress | undefined)[] = [];
  #refreshing: Promise<void> | undefined;
  #sentAgain = 0;

  constructor(parts: RouterParts) {
    this.#parts = parts;
  }

  get topology(): ClusterTopology {
    return this.#topology;
  }

  /** See {@link RedisNode.sentAgain}; of all nodes together. */
  get sentAgain(): number {
    return this.#sentAgain;
  }

  /** A direct connection to one node, which redirects nothing; opened once and kept. */
  async direct(address: TcpAddress, purpose: Purpose = 'data'): Promise<RedisNode> {
    const name = `${purpose} ${formatAddress(address)}`;
    let connection = this.#connections.get(name);
    if (connection === undefined) {
      const opening = this.#parts.opener.open({ kind: 'tcp', address }, purpose);
      this.#connections.set(name, opening);
      // A failed attempt is forgotten, so that the next one tries anew. Only itself: where it was dropped
      // meanwhile, another one may be in its place, which has to be found when all is closed.
      opening.catch(() => {
        if (this.#connections.get(name) === opening) this.#connections.delete(name);
      });
      connection = opening;
    }
    return (await connection).node;
  }

  /** Forgets the connections to a node that turned out to be dead. */
  drop(address: TcpAddress): void {
    for (const purpose of ['data', 'replica'] as const) {
      const name = `${purpose} ${formatAddress(address)}`;
      void this.#connections
        .get(name)
        ?.then(({ close }) => close())
        .catch(() => undefined);
      this.#connections.delete(name);
    }
  }

  close(): void {
    for (const connection of this.#connections.values())
      void connection.then(({ close }) => close()).catch(() => undefined);
    this.#connections.clear();
  }

  /**
   * Asks any node that answers for the owners of all slots. Several callers share one question.
   * @throws CachectlError where no node answers
   */
  refresh(): Promise<void> {
    this.#refreshing ??= this.#refreshOnce().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #refreshOnce(): Promise<void> {
    const { seeds, translate } = this.#parts;
    const known = this.#topology.shards.flatMap(({ primary, replicas }) => [primary, ...replicas]);
    let firstError: unknown;
    for (const address of uniqueAddresses([...known, ...seeds])) {
      try {
        const node = await this.direct(address);
        const topology = parseClusterSlots(await node.call('CLUSTER', 'SLOTS'), address);
        if (topology.shards.length === 0) continue;
        this.#topology = mapAddresses(topology, translate);
        this.#owners = slotOwners(this.#topology);
        return;
      } catch (error) {
        this.#parts.signal.throwIfAborted();
        if (!isUnavailable(error)) throw error;
        this.drop(address);
        firstError ??= error;
      }
    }
    throw firstError instanceof Error ? firstError : new Error('the cluster has no slots');
  }

  /** The primary that owns a key, as far as is known. */
  ownerOf(key: Buffer): TcpAddress | undefined {
    return this.#owners[calculateSlot(key)] ?? this.#topology.shards[0]?.primary;
  }

  /**
   * Runs commands in as few round trips as possible; those without a key go to `home`.
   * @throws CachectlError where a node stays unreachable longer than the router's patience
   */
  async pipeline(
    home: TcpAddress,
    commands: readonly RedisCommand[],
  ): Promise<readonly (RedisReply | CachectlError)[]> {
    const { patienceMs, now, signal } = this.#parts;
    const replies: (RedisReply | CachectlError)[] = new Array<RedisReply>(commands.length).fill(null);
    let pending = commands.map((command, index): Pending => {
      const key = keyOf(command);
      return {
        command,
        index,
        to: (key === undefined ? undefined : this.ownerOf(key)) ?? home,
        asking: false,
      };
    });
    const deadline = now() + patienceMs;
    for (let attempt = 1; pending.length > 0; attempt++) {
      const round = await this.#round(pending, replies);
      const isOver = now() > deadline || attempt > MAX_REDIRECTS + patienceMs / 100;
      if (round.failure !== undefined && (isOver || signal.aborted)) throw round.failure;
      if (isOver) break;
      if (round.mustWait) {
        this.#parts.log.say(
          `waiting for the cluster: ${round.failure?.message ?? 'its slots are not served'}`,
        );
        await pause(pauseBefore(attempt), signal);
      }
      if (round.mustRefresh) await this.refresh().catch(() => undefined);
      pending = round.again.map((entry) => (entry.asking ? entry : { ...entry, to: this.#target(entry) }));
    }
    return replies;
  }

  #target(entry: Pending): TcpAddress {
    const key = keyOf(entry.command);
    return (key === undefined ? undefined : this.ownerOf(key)) ?? entry.to;
  }

  /** Sends everything once. What has to be sent again is given back; its reply so far stays noted. */
  async #round(
    pending: readonly Pending[],
    replies: (RedisReply | CachectlError)[],
  ): Promise<{
    readonly again: readonly Pending[];
    readonly mustWait: boolean;
    readonly mustRefresh: boolean;
    readonly failure: CachectlError | undefined;
  }> {
    const again: Pending[] = [];
    let mustWait = false;
    let mustRefresh = false;
    let failure: CachectlError | undefined;
    const send = async (group: readonly Pending[]): Promise<void> => {
      const to = group[0]?.to;
      if (to === undefined) return;
      try {
        const node = await this.direct(to);
        const results = await node.pipeline(
          group.flatMap(({ command, asking }): RedisCommand[] =>
            asking ? [['ASKING'], command] : [command],
          ),
        );
        let at = 0;
        for (const entry of group) {
          if (entry.asking) at++;
          const reply = results[at++] ?? null;
          replies[entry.index] = reply;
          const redirect = parseRedirect(reply, to);
          if (redirect === undefined) continue;
          if (redirect.kind === 'ask')
            again.push({ ...entry, to: this.#parts.translate(redirect.to), asking: true });
          else again.push({ ...entry, asking: false });
          mustRefresh ||= redirect.kind !== 'ask';
          mustWait ||= redirect.kind === 'wait';
        }
      } catch (error) {
        if (!(error instanceof CachectlError) || !(isConnectionFailure(error) || isUnavailable(error)))
          throw error;
        this.drop(to);
        // What concerns a server and not a key cannot be asked anywhere else.
        if (group.some(({ command }) => keyOf(command) === undefined)) throw error;
        again.push(...group.map((entry) => ({ ...entry, asking: false })));
        this.#sentAgain += group.length;
        failure ??= error;
        mustRefresh = true;
        mustWait = true;
      }
    };
    await Promise.all(groupByTarget(pending).map(send));
    return { again, mustWait, mustRefresh, failure };
  }

  /** Who owns what at this moment, and what is moving; nodes that do not answer are left out. */
  async snapshot(): Promise<ClusterSnapshot> {
    await this.refresh();
    const topology = this.#topology;
    const states = await Promise.all(
      topology.shards.map(async ({ primary }): Promise<NodeState | undefined> => {
        try {
          const reply = await (await this.direct(primary)).call('CLUSTER', 'NODES');
          return parseOwnState(String(reply), formatAddress(primary), this.#parts.translate);
        } catch (error) {
          if (error instanceof CachectlError && isUnavailable(error)) this.drop(primary);
          return undefined;
        }
      }),
    );
    return {
      topology,
      states: new Map(states.flatMap((state) => (state === undefined ? [] : [[state.address, state]]))),
    };
  }
}

function groupByTarget(pending: readonly Pending[]): readonly (readonly Pending[])[] {
  const groups = new Map<string, Pending[]>();
  for (const entry of pending) {
    const name = formatAddress(entry.to);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [entry]);
    else group.push(entry);
  }
  return [...groups.values()];
}

function uniqueAddresses(addresses: readonly TcpAddress[]): readonly TcpAddress[] {
  return [...new Map(addresses.map((address) => [formatAddress(address), address])).values()];
}
