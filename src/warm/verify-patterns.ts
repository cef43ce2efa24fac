import type { CachectlError } from '../cli/errors.ts';
import { matchesGlob } from '../keys/pattern.ts';
import type { LostNode, RedisClient } from '../redis/types.ts';
import type { ExpectedKey } from './target.ts';
import { lifeProblem, nothingCached, wrongLife, type PendingTouch } from './touch-target.ts';

/** A pattern that is looked for, and what was found so far. */
interface Wanted {
  readonly key: ExpectedKey;
  readonly prepared: PendingTouch['prepared'];
  /** `undefined`: nothing matched so far; empty: found with a good life; otherwise what is wrong with its life. */
  problem: string | undefined;
}

/**
 * Looks for the keys of touched targets whose names are known as patterns only. One walk for all of them,
 * because a walk for each would go through the whole keyspace as often as there are targets.
 * @param onVerdict told of each target: verified, or why not
 */
export async function verifyPatterns(
  pending: readonly PendingTouch[],
  client: RedisClient,
  signal: AbortSignal,
  onVerdict: (touch: PendingTouch, error: CachectlError | undefined) => void,
): Promise<void> {
  const wanted = new Map<string, Wanted>();
  const nameOf = (touch: PendingTouch, key: ExpectedKey): string =>
    `${touch.target.entry.at.pointer} ${key.text}`;
  for (const touch of pending) {
    for (const key of touch.patterns) {
      const name = nameOf(touch, key);
      if (!wanted.has(name)) wanted.set(name, { key, prepared: touch.prepared, problem: undefined });
    }
  }
  await search(client, wanted, signal);
  // What was not walked to its end proves nothing: such targets stay unreached.
  if (signal.aborted) return;
  for (const touch of pending) {
    const missing = touch.patterns
      .map((key) => wanted.get(nameOf(touch, key)))
      .find((found) => found?.problem !== '');
    if (missing === undefined) onVerdict(touch, undefined);
    else if (missing.problem === undefined) onVerdict(touch, nothingCached(missing.key, touch.suspicion));
    else onVerdict(touch, wrongLife(missing.key, missing.problem));
  }
}

/** Where a primary cannot be walked, nothing can be said of any target. */
function passOn({ error }: LostNode): never {
  throw error;
}

async function search(
  client: RedisClient,
  wanted: ReadonlyMap<string, Wanted>,
  signal: AbortSignal,
): Promise<void> {
  const open = new Set([...wanted.values()].filter(({ problem }) => problem !== ''));
  // With one pattern the server does the matching, and sends nothing else.
  const [pattern, ...others] = [...open].flatMap(({ key }) => key.places);
  const query = pattern !== undefined && others.length === 0 ? { pattern } : {};
  // On the primaries: what was written a moment ago may not have reached a replica.
  for await (const { node, keys } of client.walk(query, signal, passOn)) {
    const matches = keys.flatMap((key) =>
      [...open]
        .filter((pattern) => pattern.key.places.some((place) => matchesGlob(place, key)))
        .map((pattern) => ({ key, pattern })),
    );
    if (matches.length > 0) {
      const lives = await node.pipeline(matches.map(({ key }) => ['PTTL', key]));
      matches.forEach(({ pattern }, index) => {
        const problem = lifeProblem(lives[index], pattern.prepared) ?? '';
        if (problem === 'missing') return;
        // One good key is enough, whatever others of the same pattern there are.
        if (pattern.problem !== '') pattern.problem = problem;
        if (problem === '') open.delete(pattern);
      });
    }
    if (open.size === 0) return;
  }
}
