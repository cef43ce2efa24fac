import { infoNumber, keyspaceOf } from '../redis/info.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf, formatCount, formatPercent } from '../units/number.ts';
import { failed, passed, skipped, warning, type Finding } from './check.ts';
import type { ServerFacts } from './facts.ts';

/** What the figures of one server mean. Pure. Every bound has its reason beside it. */

const HIDDEN: Finding = skipped('the server does not tell');

/** Below this a cache is small enough for ratios to mean nothing. */
const SMALL_BYTES = 64 * 1024 * 1024;
/** Fewer reads say nothing about a rate. */
const FEWEST_READS = 100;
const HOUR_MS = 3_600_000;

/** redis-cli with the address of the server in question. */
export function redisCli({ address }: Pick<ServerFacts, 'address'>, command: string): string {
  const [, host, port] = /^(.*):(\d+)$/.exec(address) ?? [];
  if (host === undefined || port === undefined) return `redis-cli -s ${address} ${command}`;
  return `redis-cli -h ${host.replace(/^\[|\]$/g, '')} -p ${port} ${command}`;
}

/** A second is what EXPIREAT and TTLs in seconds can tell apart; half a minute shortens a life that one can notice. */
export function judgeClock({ clockDifferenceMs }: ServerFacts): Finding {
  if (clockDifferenceMs === undefined) return HIDDEN;
  const off = Math.abs(clockDifferenceMs);
  const text = `the server's clock is ${formatDurationMs(off)} ${clockDifferenceMs > 0 ? 'ahead' : 'behind'}`;
  const mend = 'timedatectl set-ntp true, on both machines';
  if (off > 30_000) return failed(text, mend);
  return off > 1_000 ? warning(text, mend) : passed('agrees with the server to the second');
}

/** What INFO says about saving. Off is a choice that a cache may make. */
export function judgePersistence(facts: ServerFacts): Finding {
  const { info } = facts;
  if (!info.has('loading')) return HIDDEN;
  if (info.get('loading') === '1') return failed('the server is still loading its data');
  if (info.get('rdb_last_bgsave_status') === 'err') {
    return failed(
      'the last snapshot failed: writes are refused where stop-writes-on-bgsave-error is on',
      redisCli(facts, 'bgsave'),
    );
  }
  if (info.get('aof_enabled') === '1' && info.get('aof_last_write_status') === 'err') {
    return failed('the append-only file cannot be written', redisCli(facts, 'info persistence'));
  }
  const appends = info.get('aof_enabled') === '1';
  return passed(appends ? 'append-only file' : `no append-only file; ${lastSnapshot(facts)}`);
}

function lastSnapshot({ info, nowMs }: ServerFacts): string {
  const ageMs = nowMs - (infoNumber(info, 'rdb_last_save_time') ?? 0) * 1_000;
  const upMs = (infoNumber(info, 'uptime_in_seconds') ?? 0) * 1_000;
  const ago = `${formatDurationMs(Math.max(1_000, ageMs))} ago`;
  // A server that starts takes that moment for a snapshot; both are in whole seconds.
  return Math.abs(ageMs - upMs) <= 2_000 ? `no snapshot since its start ${ago}` : `last snapshot ${ago}`;
}

/** A limit, a policy that evicts, and some room. */
export function judgeMemory(facts: ServerFacts): Finding {
  const used = infoNumber(facts.info, 'used_memory');
  const limit = infoNumber(facts.info, 'maxmemory');
  const policy = facts.info.get('maxmemory_policy') ?? 'unknown';
  if (used === undefined || limit === undefined) return HIDDEN;
  if (limit === 0) {
    return warning(
      `${formatBytes(used)} used, and no limit (maxmemory 0)`,
      redisCli(facts, 'config set maxmemory 1gb'),
    );
  }
  const share = used / limit;
  const text = `${formatBytes(used)} of ${formatBytes(limit)} used (${formatPercent(share)}), ${policy}`;
  if (policy === 'noeviction') {
    const mend = redisCli(facts, 'config set maxmemory-policy allkeys-lfu');
    // Writes fail at the limit: little room is an outage to come.
    return share > 0.9
      ? failed(`${text}: writes will be refused`, mend)
      : warning(`${text}: writes fail when it is full`, mend);
  }
  return passed(text);
}

/** Redis' own documentation takes 1.5 for much; below 1 the system has swapped memory out. */
export function judgeFragmentation(facts: ServerFacts): Finding {
  const used = infoNumber(facts.info, 'used_memory');
  const ratio = infoNumber(facts.info, 'mem_fragmentation_ratio');
  if (used === undefined || ratio === undefined) return HIDDEN;
  if (used < SMALL_BYTES) return passed(`only ${formatBytes(used)} used: too little to say`);
  if (ratio > 1.5)
    return warning(`${ratio} times as much memory held as used`, redisCli(facts, 'memory purge'));
  if (ratio < 0.9)
    return warning(
      `${formatPercent(1 - ratio)} of the memory is swapped out`,
      'vm.swappiness=1, or more memory for the server',
    );
  return passed(`ratio ${ratio}`);
}

/** @param leastPercent below this it is a warning */
export function judgeHitRate({ info }: ServerFacts, leastPercent: number): Finding {
  const hits = infoNumber(info, 'keyspace_hits');
  const misses = infoNumber(info, 'keyspace_misses');
  if (hits === undefined || misses === undefined) return HIDDEN;
  const reads = hits + misses;
  if (reads < FEWEST_READS) return passed(`only ${countOf(reads, 'read')} so far: too few to say`);
  const text = `${formatPercent(hits / reads)} of ${formatCount(reads)} reads since the server started`;
  return (hits / reads) * 100 < leastPercent
    ? warning(`${text}, and ${leastPercent}% are wanted`, 'cachectl warm --scope all')
    : passed(text);
}

/** A fifth of the keys is more than a few settings that are meant to stay. */
export function judgeTtl({ info, database }: ServerFacts): Finding {
  const keyspace = keyspaceOf(info, database);
  if (keyspace === undefined) return HIDDEN;
  const { keys } = keyspace;
  const forever = keys - keyspace.expires;
  const text = `${formatCount(forever)} of ${countOf(keys, 'key')} never expire`;
  return keys > 0 && forever / keys > 0.2
    ? warning(text, 'cachectl keys --ttl none --sort size --top 20')
    : passed(keys === 0 ? 'the database is empty' : text);
}

/** What somebody can still do something about: the last hour. */
export function judgeSlowLog(facts: ServerFacts): Finding {
  if (facts.slow === undefined) return HIDDEN;
  const recent = facts.slow.filter(({ atMs }) => facts.nowMs - atMs < HOUR_MS);
  const slowest = [...recent].sort((a, b) => b.tookMs - a.tookMs)[0];
  if (slowest === undefined) return passed('nothing in the last hour');
  return warning(
    `${countOf(recent.length, 'slow command')} in the last hour, the slowest ${slowest.name} with ${formatDurationMs(slowest.tookMs)}`,
    redisCli(facts, 'slowlog get 10'),
  );
}

/** At four fifths of the limit there is still time to do something. */
export function judgeClients(facts: ServerFacts): Finding {
  const clients = infoNumber(facts.info, 'connected_clients');
  if (clients === undefined) return HIDDEN;
  const limit = infoNumber(facts.info, 'maxclients');
  const rejected = infoNumber(facts.info, 'rejected_connections') ?? 0;
  const text =
    limit === undefined
      ? countOf(clients, 'client')
      : `${formatCount(clients)} of ${countOf(limit, 'client')}`;
  const mend = redisCli(facts, 'config set maxclients 20000');
  if (limit !== undefined && clients / limit > 0.8) return warning(`${text} connected`, mend);
  return rejected > 0
    ? warning(`${text} connected; ${countOf(rejected, 'connection')} refused since the server started`, mend)
    : passed(`${text} connected`);
}
