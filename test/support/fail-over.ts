import type { TestSentinels } from './sentinel.ts';
import { tellServer } from './tell-server.ts';
import { until } from './until.ts';

/**
 * Fails over, and waits until the other server is the primary, and the old one its replica.
 * @param betweenTimes what comes first, while both say that they are the primary
 */
export async function failOver(
  watched: TestSentinels,
  betweenTimes: () => Promise<void> = () => Promise.resolve(),
): Promise<void> {
  const roleOf = async (server: TestSentinels['primary']): Promise<string> => {
    const role = await server.call('ROLE').catch(() => []);
    return Array.isArray(role) ? String(role[0]) : '';
  };
  const wasPrimary = (await roleOf(watched.primary)) === 'master' ? watched.primary : watched.replica;
  const next = wasPrimary === watched.primary ? watched.replica : watched.primary;
  await until(async () => /OK/.test(await tellServer(watched.ports[0] ?? 0, 'SENTINEL FAILOVER mymaster')));
  await until(async () => (await roleOf(next)) === 'master');
  await betweenTimes();
  // A Sentinel looks every ten seconds, and then waits for another eight.
  await until(async () => (await roleOf(wasPrimary)) === 'slave', 60_000);
}
