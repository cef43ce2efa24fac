import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startGuarded } from '../local-server/guarded-process.ts';
import { startRedis } from '../local-server/start-redis.ts';
import { packageFile } from '../package-root.ts';

/** What the demo runs against: a private Redis, the sample shop, and a folder with a spec file for both. */
export interface DemoServers {
  readonly redisUrl: string;
  readonly shopUrl: string;
  readonly folder: string;
  readonly stop: () => Promise<void>;
}

/** Starts both servers on free ports and writes the spec file. Both end with this process, whatever happens. */
export async function startDemoServers(serverPath: string, nodePath: string): Promise<DemoServers> {
  const redis = await startRedis(serverPath);
  const shop = await startGuarded([nodePath, packageFile('dist', 'examples', 'shop.js'), '--port', '0'], '');
  const shopUrl = await shop.waitForLine((line) => /^shop listening on (http:\S+)/.exec(line)?.[1]);
  const redisUrl = `${redis.url}/0`;
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-demo-'));
  const example = await readFile(packageFile('examples', 'shop', 'cachectl.yaml'), 'utf8');
  await writeFile(path.join(folder, 'cachectl.yaml'), adaptSpec(example, redisUrl, shopUrl));
  return {
    redisUrl,
    shopUrl,
    folder,
    stop: async () => {
      await Promise.all([redis.stop(), shop.stop(), rm(folder, { recursive: true, force: true })]);
    },
  };
}

/** The example's spec file with these two addresses instead of the usual ones. */
export function adaptSpec(example: string, redisUrl: string, shopUrl: string): string {
  return example.replace(/\$\{REDIS_URL:-[^}]*\}/g, redisUrl).replace(/\$\{ORIGIN_URL:-[^}]*\}/g, shopUrl);
}
