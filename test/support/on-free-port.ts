import { startGuarded, type GuardedProcess } from '../../src/local-server/guarded-process.ts';
import { freePort } from '../../src/local-server/start-redis.ts';

const ATTEMPTS = 5;

/**
 * Starts a program on a free port, and waits for the line that says that it is ready. Somebody else may take the port
 * between finding and using it: then it is started on another one.
 * @param folder removed when the program has ended; empty for none
 */
export async function startOnFreePort(
  prepare: (port: number) => Promise<{ readonly command: readonly string[]; readonly folder: string }>,
  ready: RegExp,
): Promise<{ readonly port: number; readonly process: GuardedProcess }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const { command, folder } = await prepare(port);
    const process = await startGuarded(command, folder);
    try {
      await process.waitForLine((line) => (ready.test(line) ? line : undefined));
      return { port, process };
    } catch (error) {
      await process.stop();
      if (attempt === ATTEMPTS || !/in use/i.test(process.output())) throw error;
    }
  }
}
