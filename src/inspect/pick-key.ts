import { setTimeout } from 'node:timers/promises';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { escapeGlob, looksLikePattern } from '../keys/pattern.ts';
import { escapeText, printableKey } from '../keys/printable.ts';
import type { RedisClient } from '../redis/types.ts';
import type { PickItem } from '../terminal/prompt.ts';
import { truncate } from '../terminal/width.ts';
import { formatDurationMs } from '../units/duration.ts';
import type { FoundKey } from './find-keys.ts';

/** So many keys are offered; whoever wants others types more. */
const MOST_OFFERED = 50;
/** A search never walks longer: over a huge keyspace it offers what it has found by then. */
const LONGEST_MS = 1_000;
/** Nothing is searched for while somebody is still typing. */
const TYPING_MS = 150;
/** The pointer, a blank, and the cursor's column. */
const MARGIN = 4;

/** Lets the person at the terminal search for a key and pick one. */
export async function pickKey(context: Context): Promise<FoundKey> {
  const client = await context.redis();
  const { columns = 80 } = context.host.stderr;
  return context.prompter.pick('Find a key (a part of it, or a pattern):', async (typed, signal) => {
    if (typed !== '') await setTimeout(TYPING_MS, undefined, { signal });
    const { found, isWhole } = await searchKeys(typed, context, signal);
    const about = await describe(client, found);
    const items = found.map((item, index): PickItem<FoundKey> => ({
      item,
      name: truncate(printableKey(item.logical), columns - MARGIN, context.terminal.unicode),
      description: about[index],
    }));
    return { items, note: noteOf(found.length, isWhole) };
  });
}

function noteOf(count: number, isWhole: boolean): string | undefined {
  if (isWhole) return count === 0 ? 'no key matches' : undefined;
  return count === 0 ? 'nothing found so far: type more of it' : 'there are more: type more of it';
}

/** The first keys that match, sorted; ends early where the time is up or the search is outdated. */
export async function searchKeys(
  typed: string,
  context: Pick<Context, 'redis' | 'layout'>,
  signal: AbortSignal,
): Promise<{ readonly found: readonly FoundKey[]; readonly isWhole: boolean }> {
  const { layout } = context;
  const client = await context.redis();
  const text = Buffer.from(typed, 'utf8');
  const star = Buffer.from('*');
  const pattern = looksLikePattern(typed) ? text : Buffer.concat([star, escapeGlob(text), star]);
  const enough = new AbortController();
  const stop = AbortSignal.any([signal, enough.signal, AbortSignal.timeout(LONGEST_MS)]);
  const found = new Map<string, FoundKey>();
  for (const glob of layout.toPhysicalPatterns(pattern)) {
    const walk = client.walk({ pattern: glob, reading: true }, stop, () => undefined);
    for await (const { keys } of walk) {
      for (const physical of keys) {
        const logical = layout.toLogical(physical) ?? physical;
        if (found.size < MOST_OFFERED) found.set(physical.toString('latin1'), { logical, physical });
      }
      if (found.size === MOST_OFFERED) enough.abort();
    }
  }
  const sorted = [...found.values()].sort((one, other) => Buffer.compare(one.logical, other.logical));
  return { found: sorted, isWhole: !stop.aborted };
}

/** Type and life of keys, a line each. */
async function describe(
  client: RedisClient,
  found: readonly FoundKey[],
): Promise<readonly (string | undefined)[]> {
  const lines: (string | undefined)[] = found.map(() => undefined);
  if (found.length === 0) return lines;
  const shares = await client.nodesFor(
    found.map(({ physical }) => physical),
    { reading: true },
  );
  for (const { node, indexes } of shares) {
    const own = indexes.flatMap((index) => found[index] ?? []);
    const replies = await node.pipeline(
      own.flatMap(({ physical }) => [
        ['TYPE', physical],
        ['PTTL', physical],
      ]),
    );
    for (const [position, index] of indexes.entries()) {
      const [type, ttl] = replies.slice(position * 2, position * 2 + 2);
      if (type instanceof CachectlError || ttl instanceof CachectlError) continue;
      const ttlMs = Number(ttl);
      const life = ttlMs < 0 ? 'no TTL' : `TTL ${formatDurationMs(ttlMs)}`;
      lines[index] = `${escapeText(String(type))}, ${life}`;
    }
  }
  return lines;
}
