import path from 'node:path';
import type { Context } from '../cli/context.ts';
import { readIdentity } from '../redis/identity.ts';
import type { RedisClient } from '../redis/types.ts';
import { bindKeys } from '../selection/bind.ts';
import type { ClearTask } from './clear-task.ts';
import type { PlanSource } from './options.ts';
import { checkPlan, readPlanFile, type ClearingCommand } from './plan-file.ts';

/**
 * A plan as something to clear: exactly the keys that are in it.
 * @param command whose plan it has to be
 * @throws UsageError where it is none, or not whole
 * @throws CachectlError exit 7 where it was made for another Redis, by another command, or too long ago
 */
export async function openPlan(
  command: ClearingCommand,
  source: PlanSource,
  client: RedisClient,
  { host, layout }: Context,
): Promise<ClearTask> {
  const { header, keys } = await readPlanFile(path.resolve(host.cwd, source.path));
  checkPlan(header, {
    identity: await readIdentity(client),
    command,
    nowMs: host.clock.now(),
    maxAgeMs: source.maxAgeMs,
  });
  return {
    command,
    bound: bindKeys(keys, layout),
    reach: header.reach,
    described: header.selection,
    onReport: () => undefined,
  };
}
