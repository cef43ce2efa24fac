import { CachectlError } from '../../cli/errors.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import type { Clock } from '../../host.ts';
import { escapeText } from '../../keys/printable.ts';
import type { RedisNode } from '../../redis/types.ts';

/** An entry as it was before the test: what is put back where the origin gave nothing better. */
export interface EntryBefore {
  readonly value: Buffer;
  /** `undefined`: it never expires. */
  readonly ttlMs: number | undefined;
  /** Monotonic time at which it was read. */
  readonly readAtMs: number;
}

/**
 * Reads an entry before the test removes it; `undefined` where there is none.
 * @throws CachectlError `loadtest.type` where the key holds a hash, a list or the like: GET could not read
 * it, and storing an answer there would destroy it
 */
export async function rememberEntry(
  node: RedisNode,
  physicalKey: Buffer,
  clock: Clock,
): Promise<EntryBefore | undefined> {
  const [type, value, ttl] = await node.pipeline([
    ['TYPE', physicalKey],
    ['GET', physicalKey],
    ['PTTL', physicalKey],
  ]);
  if (type instanceof CachectlError) throw type;
  const typeName = String(type);
  if (typeName !== 'string' && typeName !== 'none') {
    throw new CachectlError(`its key holds a ${escapeText(typeName)}, not a cached answer`, {
      code: 'loadtest.type',
      exitCode: ExitCode.partial,
    });
  }
  if (value instanceof CachectlError) throw value;
  if (!Buffer.isBuffer(value)) return undefined;
  if (ttl instanceof CachectlError) throw ttl;
  const ttlMs = Number(ttl);
  return { value, ttlMs: ttlMs >= 0 ? ttlMs : undefined, readAtMs: clock.monotonicMs() };
}

/** Puts an entry back with the time that it has left; one that would be gone by now stays gone. */
export async function putBackEntry(
  node: RedisNode,
  physicalKey: Buffer,
  before: EntryBefore,
  clock: Clock,
): Promise<void> {
  if (before.ttlMs === undefined) {
    await node.call('SET', physicalKey, before.value);
    return;
  }
  const leftMs = Math.round(before.ttlMs - (clock.monotonicMs() - before.readAtMs));
  if (leftMs > 0) await node.call('SET', physicalKey, before.value, 'PX', leftMs);
}
