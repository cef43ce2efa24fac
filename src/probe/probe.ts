import { CachectlError } from '../cli/errors.ts';
import type { Clock } from '../host.ts';
import { parseInfo } from '../redis/info.ts';
import type { OpenNode, RedisNode, ServerPlace } from '../redis/types.ts';
import { missingPermissions, writeRefusal, type MissingPermission } from './permissions.ts';

/** Round trips in milliseconds; percentiles by nearest rank. */
export interface RoundTrips {
  readonly count: number;
  readonly minMs: number;
  readonly medianMs: number;
  readonly p99Ms: number;
}

/** What one server answered, or why it did not. */
export type ServerReport = Pick<ServerPlace, 'address' | 'role'> &
  (
    | {
        readonly reachable: true;
        /** `redis 7.0.15`, `valkey 8.0.1`; `undefined` where the user may not ask. */
        readonly version: string | undefined;
        readonly roundTrips: RoundTrips;
        readonly missing: readonly MissingPermission[];
        /** Why it takes no writes from anybody. */
        readonly refusal: CachectlError | undefined;
      }
    | { readonly reachable: false; readonly error: CachectlError }
  );

/** What a probe needs besides the server. */
export interface ProbeOptions {
  readonly count: number;
  /** A key that does not exist, as the layout would make it. */
  readonly key: Buffer;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Asks one server; a failure is a part of the report. */
export async function probeServer(place: ServerPlace, options: ProbeOptions): Promise<ServerReport> {
  const { address, role } = place;
  let opened: OpenNode | undefined;
  try {
    opened = await place.open();
    const { node } = opened;
    const roundTrips = await measure(node, options);
    const { version, isReplica, isClustered } = await readAbout(node);
    if (role === 'sentinel')
      return { address, role, reachable: true, version, roundTrips, missing: [], refusal: undefined };
    // A plain URL may name a replica.
    const roleNow = isReplica ? 'replica' : role;
    const missing = await missingPermissions(node, options.key, { role: roleNow, isClustered });
    const refusal = roleNow === 'primary' ? await writeRefusal(node, options.key) : undefined;
    return { address, role: roleNow, reachable: true, version, roundTrips, missing, refusal };
  } catch (error) {
    if (!(error instanceof CachectlError) || options.signal.aborted) throw error;
    return { address, role, reachable: false, error };
  } finally {
    opened?.close();
  }
}

/** One after the other: what counts is the network and the server, not how much fits into them. */
async function measure(node: RedisNode, { count, clock, signal }: ProbeOptions): Promise<RoundTrips> {
  const times: number[] = [];
  while (times.length < count && !signal.aborted) {
    const startedAt = clock.monotonicMs();
    // A refusal is an answer as well: MISCONF comes even to PING.
    await node.pipeline([['PING']]);
    times.push(clock.monotonicMs() - startedAt);
  }
  times.sort((a, b) => a - b);
  const rank = (fraction: number): number => times[Math.max(0, Math.ceil(fraction * times.length) - 1)] ?? 0;
  return { count: times.length, minMs: times[0] ?? 0, medianMs: rank(0.5), p99Ms: rank(0.99) };
}

/** What INFO tells; nothing where the user may not ask. */
async function readAbout(node: RedisNode): Promise<{
  readonly version: string | undefined;
  readonly isReplica: boolean;
  readonly isClustered: boolean;
}> {
  const [reply] = await node.pipeline([['INFO']]);
  const info = parseInfo(reply === undefined || reply instanceof CachectlError ? '' : String(reply));
  const valkey = info.get('valkey_version');
  const redis = info.get('redis_version');
  return {
    version: valkey !== undefined ? `valkey ${valkey}` : redis !== undefined ? `redis ${redis}` : undefined,
    isReplica: info.get('role') === 'slave',
    isClustered: info.get('cluster_enabled') === '1',
  };
}
