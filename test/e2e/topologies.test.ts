import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startShop } from '../../examples/shop/server.ts';
import { startTestCluster } from '../support/cluster.ts';
import { serverPaths, startTestRedis, useServer } from '../support/redis.ts';
import { runBinary } from '../support/run-binary.ts';
import { startTestSentinels } from '../support/sentinel.ts';
import { shopSpec } from '../support/shop-spec.ts';
import { startTlsRedis } from '../support/tls-redis.ts';

/** A Redis of some kind, and how a user would say where it is. */
interface Place {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly kind: string;
  readonly keys: () => Promise<readonly string[]>;
  readonly stop: () => Promise<void>;
}

const PLACES: Readonly<Record<string, () => Promise<Place>>> = {
  'a single server': async () => {
    const redis = await startTestRedis();
    return { argv: [], env: { REDIS_URL: redis.url }, kind: 'single', keys: redis.keys, stop: redis.stop };
  },
  'a primary behind Sentinels': async () => {
    const watched = await startTestSentinels({ password: 'app-secret' });
    const env = { REDIS_URL: watched.url, REDISCLI_AUTH: 'app-secret' };
    return { argv: [], env, kind: 'sentinel', keys: watched.primary.keys, stop: watched.stop };
  },
  'a cluster': async () => {
    const cluster = await startTestCluster();
    return {
      argv: [],
      env: { REDIS_URL: cluster.url },
      kind: 'cluster',
      keys: cluster.keys,
      stop: cluster.stop,
    };
  },
  'a cluster named by the plain URL of one node': async () => {
    const cluster = await startTestCluster();
    const [first] = cluster.primaries;
    const env = { REDIS_URL: `redis://${first?.address ?? ''}` };
    return { argv: [], env, kind: 'cluster', keys: cluster.keys, stop: cluster.stop };
  },
  'TLS and a user with few permissions': async () => {
    const secure = await startTlsRedis();
    const rules = '~shop:* +@read +@write +@connection +multi +exec +info +scan -@dangerous +info'.split(' ');
    await secure.redis.call('ACL', 'SETUSER', 'deploy', 'on', '>pw', ...rules);
    await secure.redis.call('ACL', 'SETUSER', 'default', 'on');
    const env = { REDIS_URL: `rediss://deploy@127.0.0.1:${secure.tlsPort}/0`, REDISCLI_AUTH: 'pw' };
    const argv = ['--tls-ca', secure.files.ca];
    return { argv, env, kind: 'single', keys: secure.redis.keys, stop: secure.stop };
  },
};

const CASES = serverPaths().flatMap((server) =>
  Object.entries(PLACES).map(([name, start]) => [server, name, start] as const),
);

describe.each(CASES)('%s: %s', (server, _name, start) => {
  let place: Place;
  let shop: Awaited<ReturnType<typeof startShop>>;
  let folder: string;
  beforeAll(async () => {
    useServer(server);
    place = await start();
    shop = await startShop({ port: 0, latencyScale: 0.02 });
    folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
    await writeFile(path.join(folder, 'cachectl.yaml'), shopSpec());
  });
  afterAll(async () => {
    await Promise.all([place.stop(), shop.close(), rm(folder, { recursive: true })]);
  });

  async function cachectl(...argv: readonly string[]) {
    const run = await runBinary([...argv, ...place.argv], {
      cwd: folder,
      env: { ...place.env, ORIGIN_URL: shop.url },
    });
    expect(run.stderr).toBe('');
    return run;
  }
  /** Entries, without what warm remembers beside them. */
  const entries = async (): Promise<readonly string[]> =>
    (await place.keys()).filter((key) => !/cachectl:(warm|tag):/.test(key));
  const report = async (...argv: readonly string[]) => {
    const run = await cachectl(...argv, '--json');
    return { code: run.code, report: JSON.parse(run.stdout) as Record<string, unknown> };
  };

  test('can be pinged, every server and permission', async () => {
    const { code, report: ping } = await report('ping', '-n', '3');
    expect(code).toBe(0);
    expect(ping).toMatchObject({ schema: 'cachectl/ping/v1', kind: place.kind });
    for (const server of ping['servers'] as Record<string, unknown>[]) {
      expect(server).toMatchObject({
        reachable: true,
        missing_permissions: [],
      });
    }
  });

  test('is warmed', async () => {
    const { code } = await report('warm', '--scope', 'products', '--scope', 'homepage');
    expect(code).toBe(0);
    expect(await entries()).toHaveLength(216);
  });

  test('is inspected', async () => {
    const { code, report: found } = await report('inspect', 'product:1', 'homepage:en', 'nothing');
    expect(code).toBe(0);
    expect(found['keys']).toMatchObject([
      { exists: true, type: 'string' },
      { exists: true },
      { exists: false },
    ]);
  });

  test('is counted as a whole', async () => {
    const all = (await place.keys()).length;
    const { code, report: stats } = await report('stats', '--assert', `keys == ${all}`, '--per-node');
    expect(stats).toMatchObject({ keys: all, keys_without_ttl: 0 });
    expect(code).toBe(0);
    const nodes = stats['nodes'] as { keys: number }[];
    expect(nodes.reduce((sum, node) => sum + node.keys, 0)).toBe(all);
  });

  test('is load-tested, and warm afterwards', async () => {
    const { code } = await report('loadtest', '--scope', 'homepage', '-n', '5');
    expect(code).toBe(0);
    expect(await entries()).toHaveLength(216);
  });

  test('is cleared by pattern and by name, and of nothing else', async () => {
    const plan = await report('clear', '--pattern', 'product:*', '--dry-run');
    expect(plan.report).toMatchObject({ matched: 200, removed: 0, unreachable: [] });
    const cleared = await report('clear', '--pattern', 'product:*');
    expect(cleared).toMatchObject({ code: 0, report: { removed: 200 } });
    const named = await report('clear', 'homepage:en', 'homepage:fr', 'homepage:de', 'nothing');
    expect(named).toMatchObject({ code: 0, report: { removed: 3 } });
    const left = await entries();
    expect(left).toHaveLength(13);
    expect(left.filter((key) => key.startsWith('shop:product:'))).toEqual([]);
  });
});
