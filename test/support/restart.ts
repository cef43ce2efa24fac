import { startGuarded } from '../../src/local-server/guarded-process.ts';
import type { PrivateRedis } from '../../src/local-server/start-redis.ts';
import { serverPath, type TestRedis } from './redis.ts';

/** Kills a server with all that it has, as the kernel's out-of-memory killer does, and waits until it is gone. */
export async function killServer(redis: Pick<PrivateRedis, 'process'>): Promise<void> {
  process.kill(redis.process.pid, 'SIGKILL');
  await redis.process.ended;
}

/** Starts another, empty server on the port of one that has ended. */
export async function startAgain(redis: TestRedis): Promise<{ readonly stop: () => Promise<void> }> {
  const settings = ['--port', String(redis.port), '--bind', '127.0.0.1', '--save', ''];
  const server = await startGuarded([serverPath(), ...settings], '');
  await server.waitForLine((line) => (/Ready to accept connections/i.test(line) ? line : undefined));
  return { stop: server.stop };
}
