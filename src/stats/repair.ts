import { repairServer } from '../capture/event-setting.ts';
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
  readonly repaired?: { readonly found: string; readonly restored: string };
  readonly error?: CachectlError;
}

/** Puts back what a capture that was killed has left on any primary. */
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

async function repair(client: RedisClient, node: RedisNode): Promise<ServerRepair> {
  const { address } = node;
  try {
    const channel = await node.bulk?.();
    if (channel === undefined) return { address };
    try {
      const done = await repairServer({ channel, notes: await openRepairNotes(client, channel) });
      return { address, ...(done && { repaired: done }) };
    } finally {
      channel.close();
    }
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
