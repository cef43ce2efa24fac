import { CachectlError } from '../cli/errors.ts';
import type { Clock } from '../host.ts';
import { parseInfo, type ServerInfo } from '../redis/info.ts';
import type { RedisNode, RedisReply } from '../redis/types.ts';

/** A command that the server found slow. */
export interface SlowCommand {
  readonly atMs: number;
  readonly tookMs: number;
  /** Its name alone: arguments hold keys and values. */
  readonly name: string;
}

/** What one server says of itself; `undefined` is what the user may not ask. */
export interface ServerFacts {
  readonly address: string;
  readonly database: number;
  readonly info: ServerInfo;
  readonly slow: readonly SlowCommand[] | undefined;
  /** The server's clock less ours, as far as the time that asking took does not explain it. */
  readonly clockDifferenceMs: number | undefined;
  readonly nowMs: number;
}

/** Entries of the slow log to read: its usual length. */
const SLOW_ENTRIES = 128;

/** Asks one server; what it refuses is left out. */
export async function readFacts(node: RedisNode, database: number, clock: Clock): Promise<ServerFacts> {
  const [info, slow] = await node.pipeline([['INFO'], ['SLOWLOG', 'GET', SLOW_ENTRIES]]);
  const startedAt = clock.monotonicMs();
  const [time] = await node.pipeline([['TIME']]);
  const nowMs = clock.now();
  const askedMs = nowMs - (clock.monotonicMs() - startedAt);
  const serverMs = readTime(time);
  return {
    address: node.address,
    database,
    info: parseInfo(info instanceof CachectlError ? '' : String(info ?? '')),
    slow: Array.isArray(slow) ? (slow as readonly RedisReply[]).flatMap(readSlow) : undefined,
    clockDifferenceMs: serverMs === undefined ? undefined : outside(serverMs, askedMs, nowMs),
    nowMs,
  };
}

/** How far a moment is from a stretch of time: 0 within it, negative before it. */
function outside(at: number, from: number, to: number): number {
  return at < from ? at - from : Math.max(0, at - to);
}

function readTime(reply: RedisReply | CachectlError | undefined): number | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [seconds, micros] = (reply as readonly RedisReply[]).map(Number);
  return seconds === undefined || micros === undefined ? undefined : seconds * 1_000 + micros / 1_000;
}

/** `[id, seconds, microseconds, [name, argument, ...], ...]`. */
function readSlow(entry: RedisReply): readonly SlowCommand[] {
  if (!Array.isArray(entry)) return [];
  const [, seconds, micros, words] = entry as readonly RedisReply[];
  const name = Array.isArray(words) ? String((words as readonly RedisReply[])[0]) : '';
  return [{ atMs: Number(seconds) * 1_000, tookMs: Number(micros) / 1_000, name: name.toUpperCase() }];
}
