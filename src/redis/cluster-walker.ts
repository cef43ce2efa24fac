import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { ClusterRouter, RouterParts } from './cluster-router.ts';
import { primariesToWalkAgain, type ClusterSnapshot } from './cluster-topology.ts';
import { removeKeys, scanKeys } from './keyspace.ts';
import { mergeStreams } from './merge.ts';
import { isUnavailable } from './opener.ts';
import { pauseBefore } from './patience.ts';
import { followsItsPrimary, outOfTouch } from './replica-link.ts';
import type { SweepReport, SweepRequest } from './sweep-request.ts';
import { planSweep, surveyServer } from './sweep-server.ts';
import { SweepTally } from './sweep-tally.ts';
import { translateRedisError } from './translate-error.ts';
import type { KeyBatch, LostNode, RedisNode, RedisTarget, ScanQuery } from './types.ts';
import { formatAddress, type TcpAddress } from './url.ts';
import { pause } from './wait.ts';
import { walkOnce, type PassEnd, type Visit } from './walk-once.ts';

/** Slots that never stop moving would keep a walk going for ever. */
const MAX_PASSES = 10;

/** What a cluster's client is made of. */
export interface ClusterParts extends RouterParts {
  readonly target: RedisTarget;
  readonly readFromReplicas: boolean;
}

/** Walks the keys of all primaries, and again where some may have moved behind the walk's back. */
export class ClusterWalker {
  readonly #router: ClusterRouter;
  readonly #parts: ClusterParts;
  readonly #nodeAt: (address: TcpAddress) => RedisNode;
  readonly #following = new WeakMap<RedisNode, Promise<boolean>>();

  constructor(router: ClusterRouter, parts: ClusterParts, nodeAt: (address: TcpAddress) => RedisNode) {
    this.#router = router;
    this.#parts = parts;
    this.#nodeAt = nodeAt;
  }

  /**
   * Every key of every primary, at least once, or just once where that is asked for.
   * @throws CachectlError where the slots do not stop moving, which keeps nobody from walking each key once
   */
  walk(
    query: ScanQuery,
    signal: AbortSignal,
    onLost: (lost: LostNode) => void,
  ): AsyncGenerator<KeyBatch, void, void> {
    if (query.each === 'once') {
      const parts = {
        router: this.#router,
        nodeAt: this.#nodeAt,
        log: this.#parts.log,
        walkNode: (address: TcpAddress, lost: Map<string, LostNode>) =>
          this.#walkNode(address, query, signal, lost),
        pass: (before: ClusterSnapshot, visit: Visit<KeyBatch>) =>
          this.#pass(before, primariesOf(before), signal, visit),
      };
      return walkOnce(parts, query, signal, onLost);
    }
    return this.#passes(signal, onLost, (address, pass, lost) => {
      // Cursors to go on from are those of the first pass: what has to be walked again is walked from its start.
      const part = pass === 1 ? query : { ...query, from: new Map<string, string>() };
      return this.#walkNode(address, part, signal, lost);
    });
  }

  /** Removes what matches on every primary at once; each has a channel of its own. */
  async sweep(
    request: SweepRequest,
    signal: AbortSignal,
    onLost: (lost: LostNode) => void,
  ): Promise<SweepReport> {
    // One primary that refuses stops the others as well.
    const refused = new AbortController();
    const stop = AbortSignal.any([signal, refused.signal]);
    const tally = new SweepTally(request.onProgress);
    let failure: CachectlError | undefined;
    try {
      const passes = this.#passes(stop, onLost, (address, _pass, lost) =>
        this.#sweepNode(address, { request, tally, stop, lost }, (error) => {
          failure ??= error;
          refused.abort();
        }),
      );
      for await (const _ of passes) continue;
    } catch (error) {
      if (!signal.aborted) failure ??= translateRedisError(error, '');
    }
    return { ...tally.sum(), failure };
  }

  /** Sweeps one primary, and then gives its address. */
  async *#sweepNode(
    address: TcpAddress,
    work: {
      readonly request: SweepRequest;
      readonly tally: SweepTally;
      readonly stop: AbortSignal;
      readonly lost: Map<string, LostNode>;
    },
    onRefusal: (error: CachectlError) => void,
  ): AsyncGenerator<string, void, void> {
    const name = formatAddress(address);
    let failure: CachectlError | undefined;
    try {
      const channel = await this.#parts.opener.openBulk({ kind: 'tcp', address }, 'data');
      try {
        const tuning = await surveyServer(channel, this.#parts.now);
        const entry = work.tally.entry();
        const plan = planSweep({ ...work.request, onProgress: entry.progress }, tuning, {
          multiKey: false,
          handBack: async (keys) => (await removeKeys(this.#nodeAt(address), keys)).removed,
        });
        const outcome = await channel.sweep(plan, work.stop);
        entry.end(outcome);
        ({ failure } = outcome);
      } finally {
        channel.close();
      }
    } catch (error) {
      failure = translateRedisError(error, name);
    }
    yield name;
    if (failure === undefined || work.stop.aborted) return;
    if (!isUnavailable(failure)) {
      onRefusal(failure);
      return;
    }
    this.#router.drop(address);
    work.lost.set(name, { address: name, error: failure });
  }

  /** Visits all primaries, and again those to which keys may have come behind the visit's back. */
  async *#passes<Item>(
    signal: AbortSignal,
    onLost: (lost: LostNode) => void,
    visit: (
      address: TcpAddress,
      pass: number,
      lost: Map<string, LostNode>,
    ) => AsyncGenerator<Item, void, void>,
  ): AsyncGenerator<Item, void, void> {
    let before = await this.#router.snapshot();
    let targets = primariesOf(before);
    const given = new Set<string>();
    for (let pass = 1; targets.length > 0 && !signal.aborted; pass++) {
      const { lost, gone, after } = yield* this.#pass(before, targets, signal, (address, lost) =>
        visit(address, pass, lost),
      );
      if (signal.aborted) return;
      for (const node of gone) given.add(node.address);
      for (const node of gone) onLost(node);
      if (given.size > 0 && given.size === after.topology.shards.length)
        throw gone[0]?.error ?? new Error('no primary');
      const cameBack = after.topology.shards.filter(({ primary }) => lost.has(formatAddress(primary)));
      const walked = new Set(targets.map(formatAddress));
      const again = [
        ...primariesToWalkAgain(before, after, walked),
        ...cameBack.map(({ primary }) => primary),
      ];
      const names = new Map(again.map((address) => [formatAddress(address), address]));
      for (const name of given) names.delete(name);
      targets = [...names.values()];
      before = after;
      if (pass === MAX_PASSES && targets.length > 0) {
        throw new CachectlError('slots of the cluster do not stop moving: some keys may not have been seen', {
          code: 'redis.cluster-moving',
          exitCode: ExitCode.partial,
          hint: 'wait for the migration to end, then run it again',
        });
      }
      if (targets.length > 0)
        this.#parts.log.say(`slots have moved: walking ${[...names.keys()].join(', ')} again`);
    }
  }

  /** Visits primaries once, and sees what has become of the cluster. */
  async *#pass<Item>(
    before: ClusterSnapshot,
    targets: readonly TcpAddress[],
    signal: AbortSignal,
    visit: Visit<Item>,
  ): AsyncGenerator<Item, PassEnd, void> {
    const lost = new Map<string, LostNode>();
    yield* mergeStreams(targets.map((address) => visit(address, lost)));
    if (signal.aborted) return { lost, gone: [], after: before };
    const after = await this.#settle(before, lost, signal);
    const gone = [...lost.values()].filter(
      ({ address }) => !after.states.has(address) && isPrimary(after, address),
    );
    return { lost, gone, after };
  }

  /** A cursor means nothing to any other server: what is left of a lost node's keys is walked from the start. */
  async *#walkNode(
    address: TcpAddress,
    query: ScanQuery,
    signal: AbortSignal,
    lost: Map<string, LostNode>,
  ): AsyncGenerator<KeyBatch, void, void> {
    try {
      const reading = query.reading === true && this.#parts.readFromReplicas;
      const scanned = reading ? await this.reader(address) : await this.#router.direct(address);
      const node = reading ? scanned : this.#nodeAt(address);
      for await (const batch of scanKeys(scanned, query, signal)) yield { node, ...batch };
    } catch (error) {
      if (!(error instanceof CachectlError) || !isUnavailable(error) || signal.aborted) throw error;
      this.#router.drop(address);
      lost.set(formatAddress(address), { address: formatAddress(address), error });
    }
  }

  /** A replica of a primary; the primary itself where it has none that can be reached. */
  async reader(primary: TcpAddress): Promise<RedisNode> {
    return (await this.replica(primary))?.node ?? this.#router.direct(primary);
  }

  /** The first replica of a primary that can be reached, and gets what the primary writes. */
  async replica(
    primary: TcpAddress,
  ): Promise<{ readonly address: TcpAddress; readonly node: RedisNode } | undefined> {
    const name = formatAddress(primary);
    const shard = this.#router.topology.shards.find((candidate) => formatAddress(candidate.primary) === name);
    for (const address of shard?.replicas ?? []) {
      try {
        const node = await this.#router.direct(address, 'replica');
        if (await this.#follows(node, name)) return { address, node };
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        this.#parts.log.say(`the replica ${formatAddress(address)} cannot be reached; reading from ${name}`);
      }
    }
    return undefined;
  }

  /** Asked once for each connection. */
  #follows(replica: RedisNode, primary: string): Promise<boolean> {
    const known = this.#following.get(replica);
    if (known !== undefined) return known;
    const asked = followsItsPrimary(replica);
    this.#following.set(replica, asked);
    asked.then(
      (follows) => {
        if (!follows) this.#parts.log.say(`${outOfTouch(replica.address)}; reading from ${primary}`);
      },
      () => this.#following.delete(replica),
    );
    return asked;
  }

  /** The cluster after a pass; where a primary was lost, once another has taken over or patience has ended. */
  async #settle(
    before: ClusterSnapshot,
    lost: ReadonlyMap<string, LostNode>,
    signal: AbortSignal,
  ): Promise<ClusterSnapshot> {
    const { now, patienceMs, log } = this.#parts;
    const deadline = now() + patienceMs;
    for (let attempt = 1; ; attempt++) {
      const snapshot = await this.#router.snapshot().catch((error: unknown) => {
        if (isUnavailable(error)) return { topology: before.topology, states: new Map<string, never>() };
        throw error;
      });
      const missing = [...lost.keys()].filter(
        (address) => isPrimary(snapshot, address) && !snapshot.states.has(address),
      );
      if (missing.length === 0 || now() > deadline || signal.aborted) return snapshot;
      log.say(`waiting for another primary in place of ${missing.join(', ')}`);
      await pause(pauseBefore(attempt), signal);
    }
  }
}

function primariesOf({ topology }: ClusterSnapshot): readonly TcpAddress[] {
  return topology.shards.map(({ primary }) => primary);
}

function isPrimary(snapshot: ClusterSnapshot, address: string): boolean {
  return snapshot.topology.shards.some(({ primary }) => formatAddress(primary) === address);
}
