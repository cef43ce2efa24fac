import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startOnFreePort } from './on-free-port.ts';
import { serverPath, startTestRedis, type TestRedis } from './redis.ts';
import { until } from './until.ts';

/** A primary with a replica, watched by Sentinels that fail over when they are told to. */
export interface TestSentinels {
  readonly primary: TestRedis;
  readonly replica: TestRedis;
  readonly ports: readonly number[];
  /** `redis+sentinel://.../mymaster/0`. */
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** Starts all of it and waits until each Sentinel knows the replica. */
export async function startTestSentinels(
  options: { readonly count?: number; readonly password?: string; readonly sentinelPassword?: string } = {},
): Promise<TestSentinels> {
  const { count = 2, password, sentinelPassword } = options;
  const secret = password === undefined ? [] : ['--requirepass', password, '--masterauth', password];
  const credentials = password === undefined ? {} : { password };
  // Of its own accord a primary waits five seconds for further replicas before it sends what it has.
  const args = ['--repl-diskless-sync-delay', '0', ...secret];
  const primary = await startTestRedis(args, credentials);
  const replica = await startTestRedis(
    ['--replicaof', `127.0.0.1 ${primary.port}`, '--repl-ping-replica-period', '1', ...args],
    credentials,
  );
  await until(async () =>
    String(await replica.call('INFO', 'replication')).includes('master_link_status:up'),
  );
  const sentinels = await Promise.all(
    Array.from({ length: count }, () => startSentinel(primary.port, password, sentinelPassword)),
  );
  const ports = sentinels.map(({ port }) => port);
  const stop = async (): Promise<void> => {
    await Promise.all(sentinels.map(({ stop: stopSentinel }) => stopSentinel()));
    await Promise.all([primary.stop(), replica.stop()]);
  };
  return {
    primary,
    replica,
    ports,
    url: `redis+sentinel://${ports.map((port) => `127.0.0.1:${port}`).join(',')}/mymaster/0`,
    stop,
  };
}

async function startSentinel(primaryPort: number, password?: string, sentinelPassword?: string) {
  const prepare = async (port: number) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-sentinel-'));
    const file = path.join(folder, 'sentinel.conf');
    const lines = [
      `port ${port}`,
      'bind 127.0.0.1',
      `dir ${folder}`,
      `sentinel monitor mymaster 127.0.0.1 ${primaryPort} 1`,
      // Who wants a failover asks for it (fail-over.ts): on a busy machine a server is silent for a while, and lives.
      'sentinel down-after-milliseconds mymaster 10000',
      // A promotion that is not seen in this time is taken back; it is looked for once a second.
      'sentinel failover-timeout mymaster 60000',
      ...(password === undefined ? [] : [`sentinel auth-pass mymaster ${password}`]),
      ...(sentinelPassword === undefined
        ? []
        : [`requirepass ${sentinelPassword}`, `sentinel sentinel-pass ${sentinelPassword}`]),
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    return { command: [serverPath(), file, '--sentinel'], folder };
  };
  // It finds the replica by asking the primary, once, right after it has started watching.
  const { port, process } = await startOnFreePort(prepare, /\+slave slave/);
  return { port, stop: process.stop };
}
