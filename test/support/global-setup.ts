import { ensureServer } from '../../src/local-server/install-server.ts';

/** Once before all tests: a Redis server program is there. */
export default async function setup(): Promise<void> {
  await ensureServer({
    env: process.env,
    isRoot: process.getuid?.() === 0,
    say: (line) => process.stderr.write(`${line}\n`),
  });
}
