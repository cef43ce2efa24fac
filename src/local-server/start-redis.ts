import { randomInt } from 'node:crypto';
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
 * @param args further settings, as on its command line: `['--requirepass', 'secret']`; a function where
 * they name a port, too: it is asked again when a port was taken by somebody else meanwhile
 * @param findPort gives the port to try
 */
export async function startRedis(
  serverPath: string,
  args: readonly string[] | (() => Promise<readonly string[]>) = [],
  findPort: () => Promise<number> = freePort,
): Promise<PrivateRedis> {
  for (let attempt = 1; ; attempt++) {
    const port = await findPort();
    const further = typeof args === 'function' ? await args() : args;
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
    const process = await startGuarded([serverPath, ...settings, ...further], folder);
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

/**
 * Below the range that systems hand out by themselves (Linux from 32768, others from 49152, IANA's): a
 * port of that range may become the local end of anybody's connection between finding and using it. And above
 * 10080, which `fetch` refuses (https://fetch.spec.whatwg.org/#port-blocking).
 */
const PORTS = { first: 10_100, last: 32_000 };
const PORT_ATTEMPTS = 100;

/** A TCP port of the loopback address that nobody uses at this moment. @param range the first one, and the one behind the last */
export async function freePort({ first, last } = PORTS): Promise<number> {
  for (let attempt = 1; attempt <= PORT_ATTEMPTS; attempt++) {
    // At random, and not in turn: several processes look for ports at the same time.
    const port = randomInt(first, last);
    if (await isFree(port)) return port;
  }
  throw new Error(`none of ${PORT_ATTEMPTS} ports tried from ${first} to ${last} is free`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
