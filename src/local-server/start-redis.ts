import { mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startGuarded, type GuardedProcess } from './guarded-process.ts';

/** A Redis server of our own: on a free port of this machine, without persistence, in a temporary folder. */
export interface PrivateRedis {
  readonly port: number;
  /** `redis://127.0.0.1:port`, without a database number. */
  readonly url: string;
  readonly folder: string;
  readonly process: GuardedProcess;
  readonly stop: () => Promise<void>;
}

const ATTEMPTS = 5;

/**
 * Starts a private server and waits until it takes commands.
 * @param args further settings, as on its command line: `['--requirepass', 'secret']`
 */
export async function startRedis(serverPath: string, args: readonly string[] = []): Promise<PrivateRedis> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-redis-'));
    const settings = [
      '--port',
      String(port),
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      folder,
    ];
    const process = await startGuarded([serverPath, ...settings, ...args], folder);
    try {
      await process.waitForLine((line) => (/Ready to accept connections/i.test(line) ? line : undefined));
      return { port, url: `redis://127.0.0.1:${port}`, folder, process, stop: process.stop };
    } catch (error) {
      await process.stop();
      // Somebody else may have taken the port between finding and using it.
      if (attempt === ATTEMPTS || !/in use/i.test(process.output())) throw error;
    }
  }
}

/** A TCP port of the loopback address that nobody uses at this moment. */
export async function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port'));
      });
    });
  });
}
