import type { LostNode, RedisClient, RedisNode, ScanQuery } from '../redis/types.ts';
import type { BoundSelection } from './bind.ts';
import { FactAsker } from './fact-asker.ts';
import { serverConditions, type Fact, type KeyFacts } from './facts.ts';

/** Exact keys are looked at this many at a time. */
const NAMED_BATCH = 1_000;

/** How a selection is walked. */
export interface WalkOptions {
  readonly signal: AbortSignal;
  /** Whether nothing will be written: then a replica will do. */
  readonly reading: boolean;
  /** Told of each primary that cannot be walked. */
  readonly onLost: (lost: LostNode) => void;
  /** What is wanted of each key besides its name. */
  readonly facts?: readonly Fact[];
  /** Leave out exact keys that do not exist; keys that were found exist anyhow. */
  readonly existing?: boolean;
  /** Of tags only the items, without the sets that list them. */
  readonly itemsOnly?: boolean;
  /** See {@link ScanQuery.each}: of keys that are found. For whoever only counts. */
  readonly each?: 'once' | undefined;
  /** Where to go on, by address; nodes that are missing are walked from the start. */
  readonly from?: ReadonlyMap<string, string>;
}

/** Selected keys of one node. */
export interface SelectedBatch {
  readonly node: RedisNode;
  readonly keys: readonly Buffer[];
  /** In the order of the keys, where facts were asked for or conditions needed them. */
  readonly facts: readonly KeyFacts[] | undefined;
  /** Where the node's walk goes on after this batch, as SCAN said; missing for exact keys. */
  readonly cursor?: string | undefined;
}

/**
 * The selected keys of every node, batch by batch: first the exact ones, whether they exist or not (unless
 * `existing`), then those that were found. What only the server knows holds for the moment when it was asked.
 * A key may come twice, as with SCAN, where slots move and `each` does not say otherwise, and where an exact list or a scope names one that a pattern finds too.
 * Memory is that of two batches; what comes next is under way meanwhile.
 */
export async function* walkSelection(
  client: RedisClient,
  bound: BoundSelection,
  walk: WalkOptions,
): AsyncGenerator<SelectedBatch, void, void> {
  let left = bound.selection.limit ?? Infinity;
  for await (const batch of walkAll(client, bound, walk)) {
    if (batch.keys.length < left) {
      left -= batch.keys.length;
      yield batch;
      continue;
    }
    yield { ...batch, keys: batch.keys.slice(0, left), facts: batch.facts?.slice(0, left) };
    return;
  }
}

async function* walkAll(
  client: RedisClient,
  bound: BoundSelection,
  walk: WalkOptions,
): AsyncGenerator<SelectedBatch, void, void> {
  const asker = new FactAsker(serverConditions(bound.selection));
  try {
    yield* walkNamed(client, bound, walk, asker);
    if (bound.glob === undefined || walk.signal.aborted) return;
    yield* walkScanned(client, bound, { ...walk, glob: bound.glob }, asker);
  } finally {
    asker.close();
  }
}

async function* walkNamed(
  client: RedisClient,
  bound: BoundSelection,
  walk: WalkOptions,
  asker: FactAsker,
): AsyncGenerator<SelectedBatch, void, void> {
  const wanted = walk.facts ?? [];
  // Whether a key exists is what TYPE tells as well.
  const facts: readonly Fact[] = walk.existing === true && !asker.asks(wanted) ? ['type'] : wanted;
  for await (const keys of namedBatches(bound, walk)) {
    for (const { node, indexes } of await client.nodesFor(keys, { reading: walk.reading })) {
      const share = indexes.flatMap((index) => keys[index] ?? []);
      const batch = await asker.look(node, share, facts);
      if (batch !== undefined) yield batch;
    }
  }
}

async function* walkScanned(
  client: RedisClient,
  bound: BoundSelection,
  walk: WalkOptions & { readonly glob: Buffer },
  asker: FactAsker,
): AsyncGenerator<SelectedBatch, void, void> {
  const { signal, from, reading, glob, each, facts = [] } = walk;
  const accept = bound.acceptsScanned;
  const query: ScanQuery = { pattern: glob, reading, each, accept, ...(from === undefined ? {} : { from }) };
  let ahead: Promise<SelectedBatch | undefined> | undefined;
  for await (const { node, keys, cursor } of client.walk(query, signal, walk.onLost)) {
    if (!asker.asks(facts)) {
      yield { node, keys, facts: undefined, cursor };
      continue;
    }
    // The questions about these keys are on their way while the caller works on those before.
    const looking = asker.look(node, keys, facts, cursor);
    looking.catch(() => undefined);
    const batch = await ahead;
    ahead = looking;
    if (batch !== undefined) yield batch;
  }
  if (signal.aborted) return;
  const last = await ahead;
  if (last !== undefined) yield last;
}

/** Exact keys that meet the conditions which need no server; a key that comes again within a batch comes once. */
async function* namedBatches(
  bound: BoundSelection,
  { signal, itemsOnly = false }: Pick<WalkOptions, 'signal' | 'itemsOnly'>,
): AsyncGenerator<readonly Buffer[], void, void> {
  if (!bound.hasNamed) return;
  let batch = new Map<string, Buffer>();
  for await (const key of bound.named()) {
    if (signal.aborted) return;
    if (bound.acceptsNamed?.(key) === false) continue;
    batch.set(key.toString('latin1'), key);
    if (batch.size < NAMED_BATCH) continue;
    yield [...batch.values()];
    batch = new Map();
  }
  if (batch.size > 0) yield [...batch.values()];
  // In their own batches: the key of a set goes only once everything it names is gone.
  for (const members of bound.members) {
    for await (const keys of members({ itemsOnly })) {
      if (signal.aborted) return;
      const accepted = bound.acceptsNamed === undefined ? keys : keys.filter(bound.acceptsNamed);
      if (accepted.length > 0) yield accepted;
    }
  }
}
