import type { BulkChannel } from '../redis/bulk-channel.ts';
import type { RedisClient, RedisCommand, RedisReply } from '../redis/types.ts';

/** What a capture is about to change on a server, for whoever comes after it if it is killed. */
export interface Note {
  readonly was: string;
  readonly set: string;
  /** The connection of the run that left it: while it is open, the run is alive. */
  readonly clientId: number;
}

/** Notes by the `run_id` of the server that they are about. */
export interface RepairNotes {
  readonly read: (runId: string) => Promise<Note | undefined>;
  /** @throws CachectlError where this user may not write it, or the server takes no writes */
  readonly write: (runId: string, note: Note) => Promise<void>;
  readonly remove: (runId: string) => Promise<void>;
}

/** After that nobody will come any more; a server that has been started anew has forgotten the setting anyway. */
const LIFE_SECONDS = 30 * 24 * 3_600;

/**
 * Notes as keys `cachectl:repair:...`: of a single server in its database 0, whichever database is used, of a
 * cluster wherever the key belongs.
 * @param channel a connection to the server of the note; it is switched to database 0
 */
export async function openRepairNotes(client: RedisClient, channel: BulkChannel): Promise<RepairNotes> {
  if (client.kind !== 'cluster') await channel.call('SELECT', 0);
  const call = async (key: Buffer, command: RedisCommand): Promise<RedisReply> => {
    if (client.kind !== 'cluster') return channel.call(...command);
    const [share] = await client.nodesFor([key]);
    return share === undefined ? null : share.node.call(...command);
  };
  return {
    read: async (runId) => {
      const key = noteKey(runId);
      // The one command that looks for a key without counting a miss where there is none.
      const size = await call(key, ['MEMORY', 'USAGE', key]).catch(() => undefined);
      if (size === null) return undefined;
      const reply = await call(key, ['GET', key]);
      return reply === null ? undefined : parseNote(String(reply));
    },
    write: async (runId, note) => {
      const key = noteKey(runId);
      await call(key, ['SET', key, JSON.stringify(note), 'EX', LIFE_SECONDS]);
    },
    remove: async (runId) => {
      const key = noteKey(runId);
      await call(key, ['DEL', key]);
    },
  };
}

function noteKey(runId: string): Buffer {
  return Buffer.from(`cachectl:repair:notify-keyspace-events:${runId}`, 'utf8');
}

/** Somebody may have written anything there: what is no note is none. */
function parseNote(text: string): Note | undefined {
  try {
    const note: unknown = JSON.parse(text);
    if (typeof note !== 'object' || note === null) return undefined;
    const { was, set, clientId } = note as Readonly<Record<string, unknown>>;
    const areFlags = (value: unknown): value is string =>
      typeof value === 'string' && /^[A-Za-z$]*$/.test(value);
    return areFlags(was) && areFlags(set) && typeof clientId === 'number'
      ? { was, set, clientId }
      : undefined;
  } catch {
    return undefined;
  }
}
