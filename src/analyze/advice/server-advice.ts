import { redisCli, judgeFragmentation, judgeMemory } from '../../doctor/judge.ts';
import type { ServerFacts } from '../../doctor/facts.ts';
import { infoNumber } from '../../redis/info.ts';
import { formatBytes } from '../../units/bytes.ts';
import { countOf, formatPercent } from '../../units/number.ts';
import { estimateKeys } from '../estimate.ts';
import type { AnalyzeReport } from '../report.ts';
import type { Finding } from './finding.ts';

/** Fewer keys without TTL are settings that are meant to stay. */
const MOST_EVICTABLE = 0.05;
/** Redis' own expiry aims at less than 10 % (redis.conf, active-expire-effort). */
const MOST_STALE_PERCENT = 10;

/** What INFO's fields behind a judgement are. */
const MEMORY_FIELDS = ['used_memory', 'maxmemory', 'maxmemory_policy'];
const FRAGMENTATION_FIELDS = ['used_memory', 'used_memory_rss', 'mem_fragmentation_ratio'];

/** What doctor thinks of each server's memory, which is what an analysis of memory should say as well. */
export function serverAdvice(report: AnalyzeReport): readonly Finding[] {
  return report.reading.servers.flatMap(({ address, info }) => {
    const facts: ServerFacts = {
      address,
      database: report.target.database,
      info,
      slow: undefined,
      clockDifferenceMs: undefined,
      nowMs: report.madeAtMs,
    };
    const judged = [
      { code: 'server.memory', finding: judgeMemory(facts), fields: MEMORY_FIELDS },
      { code: 'server.fragmentation', finding: judgeFragmentation(facts), fields: FRAGMENTATION_FIELDS },
    ];
    return [
      ...judged.flatMap(({ code, finding, fields }): Finding[] =>
        finding.status === 'warning' || finding.status === 'failed'
          ? [
              {
                code,
                severity: 'warning',
                title: finding.message,
                evidence: [
                  `${address} says ${fields.map((field) => `${field}:${info.get(field) ?? '?'}`).join(' ')}`,
                ],
                mend: finding.mend === undefined ? [] : [finding.mend],
              },
            ]
          : [],
      ),
      ...staleKeys(facts),
    ];
  });
}

/** Expired keys that still take memory. */
function staleKeys(facts: ServerFacts): readonly Finding[] {
  const { info, address } = facts;
  const stale = infoNumber(info, 'expired_stale_perc');
  if (stale === undefined || stale <= MOST_STALE_PERCENT) return [];
  return [
    {
      code: 'server.expired',
      severity: 'notice',
      title: `about ${stale}% of the keys with a TTL have expired and still take memory`,
      evidence: [
        `${address} says expired_stale_perc:${stale} expired_time_cap_reached_count:${info.get('expired_time_cap_reached_count') ?? '?'}`,
      ],
      mend: [redisCli(facts, 'config set active-expire-effort 4')],
    },
  ];
}

/** With a volatile policy, what never expires is never evicted. */
export function unevictable(report: AnalyzeReport): readonly Finding[] {
  const { total } = report.tally;
  const { scale } = report;
  if (total.keys === 0 || !report.known.has('ttl')) return [];
  const servers = report.reading.servers.filter(
    ({ info }) =>
      Number(info.get('maxmemory') ?? 0) > 0 &&
      info.get('maxmemory_policy')?.startsWith('volatile-') === true,
  );
  const [server] = servers;
  if (server === undefined || total.withoutTtl < MOST_EVICTABLE * total.keys) return [];
  const policy = server.info.get('maxmemory_policy') ?? '';
  const without = estimateKeys(total.withoutTtl, scale).value;
  return [
    {
      code: 'server.policy',
      severity: 'warning',
      title: `${policy} evicts only keys with a TTL, and ${formatPercent(total.withoutTtl / total.keys)} of all keys have none`,
      evidence: [
        `${scale.isSample ? 'about ' : ''}${countOf(without, 'key')} without TTL take ${formatBytes((total.bytesWithoutTtl / Math.max(1, total.withoutTtl)) * without)} that no eviction frees`,
        `maxmemory:${server.info.get('maxmemory') ?? ''} maxmemory_policy:${policy} at ${server.address}`,
      ],
      mend: [
        ...servers.map(({ address, info }) =>
          redisCli(
            { address },
            `config set maxmemory-policy ${(info.get('maxmemory_policy') ?? '').replace('volatile-ttl', 'volatile-lru').replace('volatile-', 'allkeys-')}`,
          ),
        ),
        'cachectl keys --ttl none --sort size --top 20',
      ],
    },
  ];
}
