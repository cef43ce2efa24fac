import { CachectlError } from '../cli/errors.ts';
import { isSwitchedOff } from '../cli/switched-off.ts';
import type { Host } from '../host.ts';
import type { RedisClient } from '../redis/types.ts';
import { failed, passed, skipped, withHint, type Finding } from './check.ts';

/** Long enough for a slow network, short enough that a killed doctor leaves nothing. */
const LIFE_SECONDS = 10;

/** Writes a key of its own, reads it back and removes it: the way that every warmed entry goes. */
export async function setAndGet(client: RedisClient, key: Buffer, env: Host['env']): Promise<Finding> {
  if (isSwitchedOff(env)) return skipped('CACHECTL_ENABLED=false: nothing is written');
  const [share] = await client.nodesFor([key]);
  if (share === undefined) return failed('no server owns the key');
  const written = Buffer.from('cachectl doctor');
  const [set, got, removed] = await share.node.pipeline([
    ['SET', key, written, 'EX', LIFE_SECONDS],
    ['GET', key],
    ['UNLINK', key],
  ]);
  const refusal = [set, got, removed].find((reply) => reply instanceof CachectlError);
  if (refusal instanceof CachectlError) return failed(withHint(refusal), 'cachectl ping --verbose');
  return Buffer.isBuffer(got) && got.equals(written)
    ? passed('written, read back and removed')
    : failed('what was written did not come back', 'cachectl ping');
}
