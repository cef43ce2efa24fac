import { CachectlError } from '../../cli/errors.ts';
import type { Clock } from '../../host.ts';
import { infoNumber, readInfo, type ServerInfo } from '../../redis/info.ts';
import type { RedisClient, RedisNode } from '../../redis/types.ts';
import { Histogram } from '../../histogram/histogram.ts';

/** What Redis itself counted while load was put on something. All primaries together. */
export interface RedisWindow {
  readonly target: string;
  readonly durationMs: number;
  readonly hits: number;
  readonly misses: number;
  /** `undefined` where nothing was read. */
  readonly hitRatePercent: number | undefined;
  /** Commands of everybody but this measurement. */
  readonly commands: number;
  readonly commandsPerSecond: number;
  readonly evicted: number;
  readonly expired: number;
  readonly memoryBeforeBytes: number | undefined;
  readonly memoryAfterBytes: number | undefined;
  /** Of a PING every tenth of a second, to the first primary; `undefined` where none was answered. */
  readonly roundTripP50Ms: number | undefined;
  readonly roundTripP99Ms: number | undefined;
}

/** Watches Redis from now until `stop`. */
export interface RedisWatch {
  /** @returns `undefined` where it cannot be asked any more */
  readonly stop: () => Promise<RedisWindow | undefined>;
}

const PING_INTERVAL_MS = 100;

const COUNTED = {
  hits: 'keyspace_hits',
  misses: 'keyspace_misses',
  commands: 'total_commands_processed',
  evicted: 'evicted_keys',
  expired: 'expired_keys',
  memory: 'used_memory',
} as const;

type Counts = Readonly<Record<keyof typeof COUNTED, number>>;

/** @throws CachectlError where Redis cannot be asked */
export async function watchRedis(client: RedisClient, clock: Clock): Promise<RedisWatch> {
  const nodes = await client.primaries();
  const before = await countsOf(nodes);
  const startedAt = clock.monotonicMs();
  const roundTrips = new Histogram();
  let own = 0;
  let isWaiting = false;
  const [first] = nodes;
  const ping = async (): Promise<void> => {
    if (first === undefined || isWaiting) return;
    isWaiting = true;
    own++;
    const sentAt = clock.monotonicMs();
    try {
      await first.call('PING');
      roundTrips.record(clock.monotonicMs() - sentAt);
    } catch (error) {
      // A server that is gone for a moment is part of what is measured; the figures tell of it.
      if (!(error instanceof CachectlError)) throw error;
    } finally {
      isWaiting = false;
    }
  };
  const timer = setInterval(() => void ping(), PING_INTERVAL_MS);
  const stop = async (): Promise<RedisWindow | undefined> => {
    clearInterval(timer);
    let after: Counts;
    try {
      after = await countsOf(nodes);
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      return undefined;
    }
    const durationMs = clock.monotonicMs() - startedAt;
    // The first INFO of each node is counted before it answers, the second one not until afterwards.
    const grown = (name: keyof Counts): number => Math.max(0, after[name] - before[name]);
    const commands = Math.max(0, grown('commands') - own - nodes.length);
    const [hits, misses] = [grown('hits'), grown('misses')];
    return {
      target: client.target.location,
      durationMs,
      hits,
      misses,
      hitRatePercent: hits + misses === 0 ? undefined : (hits / (hits + misses)) * 100,
      commands,
      commandsPerSecond: durationMs > 0 ? (commands / durationMs) * 1_000 : 0,
      evicted: grown('evicted'),
      expired: grown('expired'),
      memoryBeforeBytes: before.memory,
      memoryAfterBytes: after.memory,
      roundTripP50Ms: roundTrips.percentile(50),
      roundTripP99Ms: roundTrips.percentile(99),
    };
  };
  return { stop };
}

async function countsOf(nodes: readonly RedisNode[]): Promise<Counts> {
  const infos = await Promise.all(nodes.map(readInfo));
  const sum = (field: string): number =>
    infos.reduce((total, info: ServerInfo) => total + (infoNumber(info, field) ?? 0), 0);
  return {
    hits: sum(COUNTED.hits),
    misses: sum(COUNTED.misses),
    commands: sum(COUNTED.commands),
    evicted: sum(COUNTED.evicted),
    expired: sum(COUNTED.expired),
    memory: sum(COUNTED.memory),
  };
}
