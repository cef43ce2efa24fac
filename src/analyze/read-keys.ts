import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { Pace, type PaceLimits } from '../pace/pace.ts';
import { startProbe, type FeltLatency } from '../pace/probe.ts';
import { parseInfo, type ServerInfo } from '../redis/info.ts';
import { hasKnownCursor } from '../redis/resp/scan-parts.ts';
import { SlotLedger } from '../redis/slot-ledger.ts';
import type { LostNode, ReadingNode, RedisClient, SlotWatch } from '../redis/types.ts';
import { matchesGlob } from '../keys/pattern.ts';
import type { Questions } from './questions.ts';
import { readServer, readSingly, type Reading } from './read-server.ts';
import { planSample, WHOLE_SERVER, type ServerPart } from './sample.ts';
import type { Tally } from './tally.ts';

/** How much is looked at: everything, a part, or so many keys. */
export type SampleSize =
  | { readonly kind: 'all' }
  | { readonly kind: 'fraction'; readonly fraction: number }
  | { readonly kind: 'keys'; readonly keys: number };

/** Which keys are read, and how. */
export interface ReadKeysOptions {
  readonly size: SampleSize;
  readonly pattern: Buffer | undefined;
  readonly accept: ((physical: Buffer) => boolean) | undefined;
  readonly pace: PaceLimits;
  readonly tally: Tally;
  readonly questions: Questions;
}

/** What a server was when it was read. */
export interface ReadServer {
  readonly address: string;
  readonly info: ServerInfo;
}

/** What was read. */
export interface KeyReading {
  readonly servers: readonly ReadServer[];
  /** Keys of all servers, as they said at the beginning; expired ones that are still there included. */
  readonly keyCount: number;
  /** Keys that were looked at, whether they were wanted or not. */
  readonly looked: number;
  /** Whether only a part was looked at. */
  readonly isSample: boolean;
  readonly lost: readonly LostNode[];
  readonly felt: FeltLatency | undefined;
  /** The lowest speed, a part of full speed. */
  readonly slowest: number;
  /** Keys of a cluster that were read afterwards, since their slots had moved. */
  readonly moved: number;
  readonly elapsedMs: number;
}

interface PlannedServer extends ReadServer {
  readonly node: ReadingNode;
  readonly keyCount: number;
}

/**
 * Reads the keys of all servers at once into a tally.
 * @throws CachectlError where none of them can be read
 */
export async function readKeys(
  client: RedisClient,
  options: ReadKeysOptions,
  context: Context,
): Promise<KeyReading> {
  const { host, signal } = context;
  const now = (): number => host.clock.monotonicMs();
  const startedAt = now();
  const lost: LostNode[] = [];
  // Before anything is read: what moves from now on is noticed.
  const watch = await client.watchSlots?.();
  const ledger = watch && new SlotLedger(watch, options);
  const readers = await client.readers();
  const servers = await survey(readers, lost);
  const keyCount = servers.reduce((sum, server) => sum + server.keyCount, 0);
  const fraction = fractionOf(options.size, keyCount);
  const isSample = fraction < 1;
  const pace = new Pace(options.pace, now);
  const progress = context.progress({
    label: 'analyzing',
    unit: 'keys',
    total: Math.ceil(keyCount * Math.min(1, fraction)),
  });
  const probe = startProbe(client, now, (ms) => pace.measured(ms));
  let looked = 0;
  const reading = {
    ...options,
    ...matching(options, isSample),
    ledger,
    count: (best: number) => pace.count(best),
    pauseMs: () => pace.pauseMs(),
    onLooked: (keys: number) => {
      looked += keys;
      pace.took(looked);
      progress.update(looked);
    },
    now: () => host.clock.now(),
    signal,
  };
  const read = async (server: PlannedServer): Promise<void> => {
    const parts = partsOf(server, fraction, host.random());
    try {
      await readServer(server.node, parts, reading);
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      lost.push({ address: server.address, error });
    }
  };
  let felt: FeltLatency | undefined;
  let moved = 0;
  try {
    await Promise.all(servers.map(read));
    if (watch !== undefined && ledger !== undefined && !isSample && !signal.aborted)
      moved = await readMoved(readers, lost, { ...reading, watch, ledger });
  } finally {
    felt = probe.stop();
    progress.stop();
  }
  const [first] = lost;
  if (first !== undefined && options.tally.total.keys === 0) throw first.error;
  return {
    servers: servers.map(({ address, info }) => ({ address, info })),
    keyCount,
    looked,
    isSample,
    lost,
    felt,
    slowest: pace.slowest,
    moved,
    elapsedMs: now() - startedAt,
  };
}

/** Reads what has left its primary before its turn. Gives how many keys there were; that it cannot is told to `lost`. */
async function readMoved(
  readers: readonly ReadingNode[],
  lost: LostNode[],
  reading: Reading & { readonly watch: SlotWatch; readonly ledger: SlotLedger },
): Promise<number> {
  const { watch, ledger, signal } = reading;
  const [home] = readers;
  if (home === undefined) return 0;
  const isLost = new Set(lost.map(({ address }) => address));
  const homes = readers.filter(({ address }) => isLost.has(address));
  const lostPrimaries = new Set(homes.map(({ address, replicaOf }) => replicaOf ?? address));
  let moved = 0;
  try {
    // What is missing of those that were lost is told as such.
    const slots = (await watch.moved()).filter((slot) => !lostPrimaries.has(watch.ownerOf(slot) ?? ''));
    for await (const keys of ledger.missing(slots, signal)) {
      for (let start = 0; start < keys.length && !signal.aborted; start += KEYS_AT_ONCE) {
        const some = keys.slice(start, start + KEYS_AT_ONCE);
        // The ledger has counted them.
        await readSingly(home, some, { ...reading, ledger: undefined });
        reading.onLooked(some.length);
        moved += some.length;
      }
      if (signal.aborted) break;
    }
    for (const node of watch.lost()) if (!isLost.has(node.address)) lost.push(node);
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    if (!signal.aborted) lost.push({ address: home.address, error });
  }
  return moved;
}

const KEYS_AT_ONCE = 250;

/** How many keys there are, and what kind of server it is; neither costs the server anything. */
async function survey(nodes: readonly ReadingNode[], lost: LostNode[]): Promise<readonly PlannedServer[]> {
  const servers: PlannedServer[] = [];
  const ask = async (node: ReadingNode): Promise<void> => {
    try {
      const [size, info] = await node.pipeline([['DBSIZE'], ['INFO']]);
      servers.push({
        node,
        address: node.address,
        // Who may not ask does without.
        info: parseInfo(info instanceof CachectlError ? '' : String(info)),
        keyCount: size instanceof CachectlError ? 0 : Number(size),
      });
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      lost.push({ address: node.address, error });
    }
  };
  await Promise.all(nodes.map(ask));
  return servers.toSorted((a, b) => a.address.localeCompare(b.address));
}

/** The part of all keys that is looked at; more than 1 is everything. */
function fractionOf(size: SampleSize, keyCount: number): number {
  switch (size.kind) {
    case 'all':
      return 1;
    case 'fraction':
      return size.fraction;
    case 'keys':
      return keyCount === 0 ? 1 : size.keys / keyCount;
  }
}

function partsOf(server: PlannedServer, fraction: number, start: number): readonly ServerPart[] {
  if (fraction >= 1) return WHOLE_SERVER;
  return planSample(server.keyCount, fraction, { knowsCursor: hasKnownCursor(server.info), start });
}

/** In a sample the server must not leave keys out, so that it is known how many were looked at. */
function matching(
  { pattern, accept }: ReadKeysOptions,
  isSample: boolean,
): Pick<ReadKeysOptions, 'pattern' | 'accept'> {
  if (!isSample || pattern === undefined) return { pattern, accept };
  return {
    pattern: undefined,
    accept: (key) => matchesGlob(pattern, key) && (accept === undefined || accept(key)),
  };
}
