import {
  CAPTURE_BUSY,
  findLeftOver,
  repairServer,
  tellsOfMisses,
  type Repair,
} from '../capture/event-setting.ts';
import { openRepairNotes } from '../capture/repair-notes.ts';
import type { Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import type { RedisClient, RedisNode } from '../redis/types.ts';

/** What became of one server. */
interface ServerRepair {
  readonly address: string;
  /** What a killed run had left, and what it was put back to; missing where there was nothing to do. */
  readonly repaired?: Repair;
  readonly error?: CachectlError;
}

/**
 * Puts back what a capture that was killed has left on any primary. docs/schemas/stats-repair.v1.schema.json describes
 * the document.
 */
export async function runRepair(context: Context): Promise<Outcome> {
  const client = await context.redis();
  const servers: ServerRepair[] = [];
  for (const node of await client.primaries()) servers.push(await repair(client, node));
  const failed = servers.find(({ error }) => error !== undefined)?.error;
  return {
    exitCode: failed === undefined ? ExitCode.ok : servers.length === 1 ? failed.exitCode : ExitCode.partial,
    views: {
      table: () => servers.map(line).join('\n'),
      json: () => ({
        schema: 'cachectl/stats-repair/v1',
        servers: servers.map(({ address, repaired, error }) => ({
          address,
          repaired: repaired !== undefined,
          ...(repaired && { found: repaired.found, restored: repaired.restored }),
          ...(error && { error: { code: error.code, message: error.message } }),
        })),
      }),
    },
  };
}

/**
 * What every run of stats does first: what a killed one has left is put back and told. On a protected connection it is
 * only told, and so it is where this user may not change the setting.
 * @returns whether anything was put back
 */
export async function repairOnTheWay(client: RedisClient, { messages }: Context): Promise<boolean> {
  let isRepaired = false;
  for (const node of await client.primaries()) {
    // Who may not ask cannot have changed anything, and a server that is gone is told of elsewhere.
    if (!(await tellsOfMisses(node).catch(isNotSo))) continue;
    if (client.target.protected) {
      const left = await onChannel(client, node, findLeftOver).catch(isNotSo);
      if (left !== undefined && left !== false && left.isSet) messages.warn(`${leftText(left)}; ${MEND}`);
      continue;
    }
    const { repaired, error } = await repair(client, node);
    if (repaired !== undefined) {
      isRepaired = true;
      messages.warn(repairText(repaired));
    } else if (error !== undefined && error.code !== CAPTURE_BUSY)
      messages.warn(
        `notify-keyspace-events of ${node.address} could not be put back: ${error.message}; ${MEND}`,
      );
  }
  return isRepaired;
}

const MEND = 'put it back with cachectl stats --repair';

function isNotSo(error: unknown): false {
  if (!(error instanceof CachectlError)) throw error;
  return false;
}

/** What was put back, in one line. */
export function repairText(repaired: Repair): string {
  return `${leftText(repaired)}: it is "${repaired.restored}" again`;
}

function leftText({ address, found }: Repair): string {
  return `a run that was killed had left notify-keyspace-events of ${address} at "${found}"`;
}

/** On a connection of its own, since the notes may be in another database. */
async function onChannel<Result>(
  client: RedisClient,
  node: RedisNode,
  work: (tools: Parameters<typeof repairServer>[0]) => Promise<Result>,
): Promise<Result | undefined> {
  const channel = await node.bulk?.();
  if (channel === undefined) return undefined;
  try {
    return await work({ channel, notes: await openRepairNotes(client, channel) });
  } finally {
    channel.close();
  }
}

async function repair(client: RedisClient, node: RedisNode): Promise<ServerRepair> {
  const { address } = node;
  try {
    const repaired = await onChannel(client, node, repairServer);
    return { address, ...(repaired && { repaired }) };
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    return { address, error };
  }
}

function line({ address, repaired, error }: ServerRepair): string {
  const name = escapeText(address);
  if (error !== undefined) return `${name}  failed: ${escapeText(error.message)}`;
  if (repaired === undefined) return `${name}  nothing to repair`;
  return `${name}  notify-keyspace-events was "${repaired.found}", and is "${repaired.restored}" again`;
}
