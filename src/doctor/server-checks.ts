import { type CachectlError } from '../cli/errors.ts';
import type { Context } from '../cli/context.ts';
import { probeServer, type ServerReport } from '../probe/probe.ts';
import type { RedisClient } from '../redis/types.ts';
import { formatDurationMs } from '../units/duration.ts';
import { findBigKeys } from './big-keys.ts';
import {
  check,
  failed,
  withHint,
  passed,
  skipped,
  warning,
  worst,
  type Check,
  type CheckName,
  type Finding,
} from './check.ts';
import { readFacts, type ServerFacts } from './facts.ts';
import {
  judgeClients,
  judgeClock,
  judgeFragmentation,
  judgeHitRate,
  judgeMemory,
  judgePersistence,
  judgeSlowLog,
  judgeTtl,
} from './judge.ts';
import { setAndGet } from './set-and-get.ts';

/** Round trips to measure at each server. */
const ROUND_TRIPS = 20;

const JUDGES: readonly (readonly [
  CheckName,
  (facts: ServerFacts, options: { leastPercent: number }) => Finding,
])[] = [
  ['clock', judgeClock],
  ['persistence', judgePersistence],
  ['memory', judgeMemory],
  ['fragmentation', judgeFragmentation],
  ['hit rate', (facts, { leastPercent }) => judgeHitRate(facts, leastPercent)],
  ['keys without TTL', judgeTtl],
  ['slow log', judgeSlowLog],
  ['clients', judgeClients],
];

/** Everything that can be known about a Redis that answers. */
export async function checkServers(
  client: RedisClient,
  context: Context,
  options: { readonly leastPercent: number },
): Promise<readonly Check[]> {
  const { clock, random } = context.host;
  const name = `cachectl:doctor:${random().toString(36).slice(2)}`;
  const key = context.layout.toPhysical(Buffer.from(name));
  const servers = await Promise.all(
    (await client.servers()).map((place) =>
      probeServer(place, { count: ROUND_TRIPS, key, clock, signal: context.signal }),
    ),
  );
  const { database } = client.target;
  const facts = await Promise.all((await client.primaries()).map((node) => readFacts(node, database, clock)));
  const judged = JUDGES.map(([checkName, judge]) =>
    check(checkName, worst(facts.map((one) => ({ address: one.address, finding: judge(one, options) })))),
  );
  return [
    check('connection', reached(servers, client)),
    check(
      'permissions',
      worst(servers.map((server) => ({ address: server.address, finding: permitted(server) }))),
    ),
    check(
      'round trip',
      worst(servers.map((server) => ({ address: server.address, finding: distance(server) }))),
    ),
    check('set and get', await setAndGet(client, key, context.host.env)),
    ...judged,
    check('big keys', await findBigKeys(client, context)),
  ];
}

/** What stands in their place where nobody answers. */
export function unreachedServers(error: CachectlError): readonly Check[] {
  const rest: readonly CheckName[] = [
    'permissions',
    'round trip',
    'set and get',
    ...JUDGES.map(([name]) => name),
    'big keys',
  ];
  return [
    check('connection', failed(withHint(error), 'cachectl ping --verbose')),
    ...rest.map((name) => check(name, skipped('there is no connection'))),
  ];
}

function reached(servers: readonly ServerReport[], client: RedisClient): Finding {
  const lost = servers.filter((server) => !server.reachable);
  if (lost.length > 0) {
    const names = lost.map(({ address }) => address).join(', ');
    return failed(`${lost.length} of ${servers.length} servers cannot be reached: ${names}`, 'cachectl ping');
  }
  const versions = [
    ...new Set(servers.flatMap((server) => (server.reachable ? [server.version ?? 'unknown version'] : []))),
  ];
  const kind = client.kind === 'single' ? '' : `, ${client.kind} of ${servers.length} servers`;
  return passed(`${versions.join(', ')} at ${client.target.location}${kind}`);
}

function permitted(server: ServerReport): Finding {
  if (!server.reachable) return skipped('not reachable');
  const { missing, refusal } = server;
  if (refusal !== undefined) return failed(withHint(refusal), 'cachectl ping --verbose');
  if (missing.length === 0) return passed('everything that cachectl sends');
  const commands = missing.map(({ command }) => command);
  return failed(
    `the user may not use ${commands.join(', ')}`,
    `redis-cli acl setuser NAME ${commands.map((command) => `+${command}`).join(' ')}`,
  );
}

/** Within a data centre a round trip takes less than a millisecond; a cache that is further away saves little. */
function distance(server: ServerReport): Finding {
  if (!server.reachable) return skipped('not reachable');
  const { medianMs, p99Ms } = server.roundTrips;
  const text = `${formatMs(medianMs)} at the median, ${formatMs(p99Ms)} at worst`;
  return medianMs > 20
    ? warning(text, 'cachectl ping --count 1000, from where the application runs')
    : passed(text);
}

function formatMs(ms: number): string {
  return ms < 10 ? `${ms.toFixed(2)} ms` : formatDurationMs(ms);
}
