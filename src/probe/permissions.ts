import { CachectlError } from '../cli/errors.ts';
import type { RedisCommand, RedisNode } from '../redis/types.ts';

/** A command that cachectl sends, in a form that changes nothing, and who needs it. */
interface Need {
  readonly command: (key: Buffer) => RedisCommand;
  readonly neededBy: readonly string[];
  /** Whether only a primary is ever asked for it. */
  readonly writes: boolean;
}

const read = (command: Need['command'], ...neededBy: string[]): Need => ({
  command,
  neededBy,
  writes: false,
});
const write = (command: Need['command'], ...neededBy: string[]): Need => ({
  command,
  neededBy,
  writes: true,
});

/** Each on a key that does not exist, or refused for its arguments: a permission is checked before both. */
const NEEDS: readonly Need[] = [
  read(() => ['SCAN', '0', 'COUNT', 1], 'clear'),
  read((key) => ['GET', key], 'loadtest'),
  read((key) => ['TYPE', key], 'inspect', 'loadtest'),
  read((key) => ['PTTL', key], 'inspect', 'loadtest'),
  read((key) => ['GETRANGE', key, 0, 0], 'inspect'),
  read((key) => ['STRLEN', key], 'inspect'),
  read((key) => ['HSCAN', key, '0'], 'inspect'),
  read((key) => ['HLEN', key], 'inspect'),
  read((key) => ['LRANGE', key, 0, 0], 'inspect'),
  read((key) => ['LLEN', key], 'inspect'),
  read((key) => ['SSCAN', key, '0'], 'inspect'),
  read((key) => ['SCARD', key], 'inspect'),
  read((key) => ['ZRANGE', key, 0, 0], 'inspect'),
  read((key) => ['ZCARD', key], 'inspect'),
  read((key) => ['XRANGE', key, '-', '+', 'COUNT', 1], 'inspect'),
  read((key) => ['XLEN', key], 'inspect'),
  read((key) => ['OBJECT', 'ENCODING', key], 'inspect'),
  read((key) => ['OBJECT', 'IDLETIME', key], 'inspect'),
  read((key) => ['OBJECT', 'FREQ', key], 'inspect'),
  read((key) => ['MEMORY', 'USAGE', key], 'inspect'),
  read(() => ['INFO'], 'stats', 'clear'),
  write((key) => ['SET', key, '', 'PX', 1_000, 'XX'], 'warm', 'loadtest'),
  write((key) => ['UNLINK', key], 'clear', 'loadtest'),
];

/** What a cluster adds: it has to be asked who owns which key. */
const CLUSTER_NEEDS: readonly Need[] = [
  read(() => ['CLUSTER', 'SLOTS'], 'every command'),
  read(() => ['CLUSTER', 'NODES'], 'clear'),
];

/** A permission that the user lacks. */
export interface MissingPermission {
  /** As ACL rules name it: `unlink`, `memory|usage`. */
  readonly command: string;
  readonly neededBy: readonly string[];
}

/** The commands of cachectl that look one level deeper. */
const WITH_SUBCOMMAND = new Set(['OBJECT', 'MEMORY', 'CLUSTER']);

/**
 * Finds out what the user may not do at this server, by ACL DRYRUN where that is allowed, otherwise by
 * sending each command in a form that changes nothing.
 * @param key one that the layout would make, and that does not exist: users may be bound to a prefix
 */
export async function missingPermissions(
  node: RedisNode,
  key: Buffer,
  server: { readonly role: 'primary' | 'replica'; readonly isClustered: boolean },
): Promise<readonly MissingPermission[]> {
  const { role, isClustered } = server;
  const needs = [...NEEDS, ...(isClustered ? CLUSTER_NEEDS : [])].filter(
    (need) => role === 'primary' || !need.writes,
  );
  const commands = needs.map((need) => need.command(key));
  const refused = (await askDryRun(node, commands)) ?? (await tryAll(node, commands));
  return needs.flatMap((need, index) =>
    refused[index] === true ? [{ command: commandName(need.command(key)), neededBy: need.neededBy }] : [],
  );
}

function commandName([name, subcommand]: RedisCommand): string {
  return WITH_SUBCOMMAND.has(name) ? `${name}|${String(subcommand)}`.toLowerCase() : name.toLowerCase();
}

const WRITE_REFUSALS = new Set(['redis.read-only', 'redis.misconfigured', 'redis.out-of-memory']);

/** Why a primary takes no writes from anybody; found with one that changes nothing. */
export async function writeRefusal(node: RedisNode, key: Buffer): Promise<CachectlError | undefined> {
  const [reply] = await node.pipeline([['SET', key, '', 'PX', 1_000, 'XX']]);
  return reply instanceof CachectlError && WRITE_REFUSALS.has(reply.code) ? reply : undefined;
}

/** `undefined` where the server is too old (before 7.0) or the user may not ask. */
async function askDryRun(
  node: RedisNode,
  commands: readonly RedisCommand[],
): Promise<readonly boolean[] | undefined> {
  const [user] = await node.pipeline([['ACL', 'WHOAMI']]);
  if (user === undefined || user instanceof CachectlError) return undefined;
  const replies = await node.pipeline(
    commands.map((command): RedisCommand => ['ACL', 'DRYRUN', String(user), ...command]),
  );
  if (replies.some((reply) => reply instanceof CachectlError)) return undefined;
  return replies.map((reply) => String(reply) !== 'OK');
}

async function tryAll(node: RedisNode, commands: readonly RedisCommand[]): Promise<readonly boolean[]> {
  const replies = await node.pipeline(commands);
  return replies.map((reply) => reply instanceof CachectlError && reply.code === 'redis.permission');
}
