import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { ConnectionLog } from './connection-log.ts';
import { parseInfo } from './info.ts';
import { scanKeys } from './keyspace.ts';
import type { ResilientNode } from './resilient-node.ts';
import type { KeyBatch, RedisNode, ScanQuery } from './types.ts';

/** A server that is lost again and again would keep a walk going for ever. */
const MAX_PASSES = 10;

/**
 * The keys of one server that match. A cursor means nothing to any other server, nor to the same one after a
 * restart, as each hashes keys with a seed of its own: where the connection was lost and another process
 * answers now, the walk begins anew, so that a key that was there throughout still comes.
 * @throws CachectlError where that happens more often than a walk can bear
 */
export async function* walkServer(
  server: ResilientNode,
  query: ScanQuery,
  { signal, log }: { readonly signal: AbortSignal; readonly log: ConnectionLog },
): AsyncGenerator<KeyBatch, void, void> {
  const { node } = server;
  for (let pass = 1; ; pass++) {
    let opened = server.timesOpened();
    const process = readProcess(node);
    process.catch(() => undefined);
    const isAnother = async (): Promise<boolean> => {
      if (signal.aborted || server.timesOpened() === opened) return false;
      opened = server.timesOpened();
      const [before, now] = [await process, await readProcess(node)];
      return before === undefined || before !== now;
    };
    let mustRestart = false;
    // Where a walk goes on from was another process' cursor too.
    const asked = pass === 1 ? query : { ...query, from: new Map<string, string>() };
    for await (const batch of scanKeys(node, asked, signal)) {
      yield { node, ...batch };
      mustRestart = await isAnother();
      if (mustRestart) break;
    }
    if (!mustRestart && !(await isAnother())) return;
    if (pass === MAX_PASSES) {
      throw new CachectlError(`Redis at ${node.address} does not stay up long enough to be walked`, {
        code: 'redis.unsettled',
        exitCode: ExitCode.unreachable,
        hint: 'its log says why it is restarted or fails over; some keys may not have been seen',
      });
    }
    log.say(`another server answers at ${node.address}: walking its keys from the start`);
  }
}

/** The process behind a connection; `undefined` where the user may not ask. */
async function readProcess(node: RedisNode): Promise<string | undefined> {
  const [reply] = await node.pipeline([['INFO', 'server']]);
  if (reply === undefined || reply instanceof CachectlError) return undefined;
  return parseInfo(String(reply)).get('run_id');
}
