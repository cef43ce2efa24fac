import { CachectlError } from '../cli/errors.ts';
import type { Layout } from '../keys/layout.ts';
import { escapeGlob } from '../keys/pattern.ts';
import type { LostNode, RedisClient, ScanQuery } from '../redis/types.ts';
import { SIDE_PREFIX } from '../warm/side-hash.ts';
import { examineSet, livesOf, type TaggedKey } from './examine-set.ts';
import { removeOrphans } from './prune.ts';
import { ADD } from './scripts.ts';
import { NEVER, tagSet } from './tag-sets.ts';
import { decodeTags, TAGS_FIELD } from './tags-field.ts';
import { walkTagSets } from './walk-sets.ts';

/** What was, or would be, made right. */
export interface RepairResult {
  readonly tags: number;
  /** Members whose keys are there. */
  readonly keys: number;
  /** Members whose keys were gone. */
  readonly orphans: number;
  /** Members whose keys live longer than the index said: they would have been forgotten. */
  readonly corrected: number;
  /** Keys that had lost a tag, which is written down beside them. */
  readonly added: number;
  /** Keys of tags' sets that are no sorted sets, and were left alone. */
  readonly notSets: readonly Buffer[];
  readonly lost: readonly LostNode[];
}

/** How to repair. */
export interface RepairOptions {
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
  readonly onProgress: (tags: number) => void;
}

/** A key's life is asked a moment after the clock; less than this is no difference. */
const TOLERANCE_MS = 1_000;

type Sums = { -readonly [Name in 'tags' | 'keys' | 'orphans' | 'corrected' | 'added']: number };

/**
 * Makes the index agree with the keys that are there, and with the tags that are written down beside them.
 * @throws CachectlError where no script may run, or Redis is lost
 */
export async function repairTags(
  client: RedisClient,
  layout: Layout,
  options: RepairOptions,
): Promise<RepairResult> {
  const sums: Sums = { tags: 0, keys: 0, orphans: 0, corrected: 0, added: 0 };
  const notSets: Buffer[] = [];
  const lost: LostNode[] = [];
  const onLost = (node: LostNode): void => void lost.push(node);
  for await (const sets of walkTagSets(client, layout, options.signal, onLost, eachOf(options))) {
    for (const { set } of sets) {
      try {
        await repairSet(client, set, sums, options);
      } catch (error) {
        if (!(error instanceof CachectlError) || !/WRONGTYPE/.test(error.message)) throw error;
        notSets.push(set);
        continue;
      }
      options.onProgress(++sums.tags);
    }
  }
  await addLost(client, layout, sums, options, onLost);
  return { ...sums, notSets, lost };
}

/** Whoever only counts wants each set once, whoever repairs at least once. */
function eachOf({ dryRun }: RepairOptions): ScanQuery['each'] {
  return dryRun ? 'once' : undefined;
}

async function repairSet(
  client: RedisClient,
  set: Buffer,
  sums: Sums,
  options: RepairOptions,
): Promise<void> {
  const [share] = await client.nodesFor([set]);
  if (share === undefined) return;
  const time = await share.node.call('TIME');
  const [seconds, microseconds] = Array.isArray(time) ? (time as readonly unknown[]).map(Number) : [];
  const nowMs = (seconds ?? 0) * 1_000 + (microseconds ?? 0) / 1_000;
  for await (const members of examineSet(client, set, options.signal)) {
    const orphans = members.filter(({ lifeMs }) => lifeMs === undefined);
    const wrong = members.filter((member) => isForgottenEarly(member, nowMs));
    sums.keys += members.length - orphans.length;
    sums.orphans += orphans.length;
    sums.corrected += wrong.length;
    if (options.dryRun) continue;
    await removeOrphans(client, set, orphans);
    await add(client, set, wrong);
  }
  // Nothing to add: only what has expired is trimmed, and the set expires with its last member.
  if (!options.dryRun) await add(client, set, []);
}

function isForgottenEarly({ score, lifeMs }: TaggedKey, nowMs: number): boolean {
  if (lifeMs === undefined) return false;
  return lifeMs === Infinity ? score < NEVER : score + TOLERANCE_MS < nowMs + lifeMs;
}

/** @returns how many were not there before */
async function add(
  client: RedisClient,
  set: Buffer,
  members: readonly Pick<TaggedKey, 'key' | 'lifeMs'>[],
): Promise<number> {
  const [share] = await client.nodesFor([set]);
  if (share === undefined) return 0;
  const args = members.flatMap(({ key, lifeMs = 0 }) => [lifeMs === Infinity ? -1 : Math.round(lifeMs), key]);
  return Number(await share.node.call('EVAL', ADD, 1, set, ...args));
}

/** Adds keys to the sets of the tags that are written down beside them. */
async function addLost(
  client: RedisClient,
  layout: Layout,
  sums: Sums,
  options: RepairOptions,
  onLost: (lost: LostNode) => void,
): Promise<void> {
  const prefix = Buffer.from(SIDE_PREFIX);
  for (const pattern of layout.toPhysicalPatterns(Buffer.concat([escapeGlob(prefix), Buffer.from('*')]))) {
    for await (const { node, keys } of client.walk(
      { pattern, each: eachOf(options) },
      options.signal,
      onLost,
    )) {
      const replies = await node.pipeline(keys.map((key) => ['HGET', key, TAGS_FIELD]));
      const tagged = keys.flatMap((side, index) => {
        const tags = decodeTags(replies[index]);
        const key = tags.length === 0 ? undefined : entryOf(side, layout, prefix);
        return key === undefined ? [] : [{ key, tags }];
      });
      const lives = await livesOf(
        client,
        tagged.map(({ key }) => key),
      );
      const bySet = new Map<string, Pick<TaggedKey, 'key' | 'lifeMs'>[]>();
      for (const [index, { key, tags }] of tagged.entries()) {
        const lifeMs = lives[index];
        if (lifeMs === undefined) continue;
        for (const tag of tags) {
          const set = tagSet(Buffer.from(tag, 'utf8'), layout).toString('latin1');
          const members = bySet.get(set) ?? [];
          members.push({ key, lifeMs });
          bySet.set(set, members);
        }
      }
      for (const [set, members] of bySet) {
        sums.added += await addMissing(client, Buffer.from(set, 'latin1'), members, options.dryRun);
      }
    }
  }
}

async function addMissing(
  client: RedisClient,
  set: Buffer,
  members: readonly Pick<TaggedKey, 'key' | 'lifeMs'>[],
  dryRun: boolean,
): Promise<number> {
  const [share] = await client.nodesFor([set]);
  if (share === undefined) return 0;
  const scores = await share.node.pipeline(members.map(({ key }) => ['ZSCORE', set, key]));
  const missing = members.filter((_, index) => scores[index] === null);
  if (missing.length === 0) return 0;
  return dryRun ? missing.length : add(client, set, missing);
}

/** The entry beside which a hash stands: the same physical key without what marks the hash. */
function entryOf(side: Buffer, layout: Layout, prefix: Buffer): Buffer | undefined {
  const logical = layout.toLogical(side);
  if (logical === undefined) return undefined;
  const place = side.subarray(0, side.length - logical.length);
  return Buffer.concat([place, logical.subarray(prefix.length)]);
}
