import type { ClusterRouter } from './cluster-router.ts';
import { SLOT_COUNT, type ClusterSnapshot } from './cluster-topology.ts';
import type { ConnectionLog } from './connection-log.ts';
import { SlotLedger } from './slot-ledger.ts';
import { watchSlots } from './slot-watch.ts';
import type { KeyBatch, LostNode, RedisNode, ScanQuery } from './types.ts';
import { formatAddress, type TcpAddress } from './url.ts';

/** What is done at one primary; where it is lost meanwhile, it is noted. */
export type Visit<Item> = (
  address: TcpAddress,
  lost: Map<string, LostNode>,
) => AsyncGenerator<Item, void, void>;

/** How a visit to each primary has ended. */
export interface PassEnd {
  /** By address: primaries that were lost. */
  readonly lost: ReadonlyMap<string, LostNode>;
  /** Those of them that stay away, and whom nobody replaces. */
  readonly gone: readonly LostNode[];
  /** The cluster afterwards. */
  readonly after: ClusterSnapshot;
}

/** What a walk is made of. */
export interface OnceParts {
  readonly router: ClusterRouter;
  readonly nodeAt: (address: TcpAddress) => RedisNode;
  readonly log: ConnectionLog;
  /** Visits all primaries at once. */
  readonly pass: (before: ClusterSnapshot, visit: Visit<KeyBatch>) => AsyncGenerator<KeyBatch, PassEnd, void>;
  /** The keys that one primary has. */
  readonly walkNode: Visit<KeyBatch>;
}

/**
 * Every key of a cluster once: first those that are where their slots were at the beginning, then what is missing of
 * slots that have moved, wherever they are. What `walk` of a client promises about lost primaries holds here as well.
 * @throws CachectlError where no primary at all could be walked
 */
export async function* walkOnce(
  parts: OnceParts,
  query: ScanQuery,
  signal: AbortSignal,
  onLost: (lost: LostNode) => void,
): AsyncGenerator<KeyBatch, void, void> {
  const watch = await watchSlots(parts.router);
  const ledger = new SlotLedger(watch, query);
  const before = await parts.router.snapshot();
  const { lost, gone } = yield* parts.pass(before, (address, lost) => walkOwn(address, lost, ledger, parts));
  if (signal.aborted) return;
  for (const node of gone) onLost(node);
  if (gone.length === before.topology.shards.length) throw gone[0]?.error ?? new Error('no primary');
  const told = new Set(gone.map(({ address }) => address));
  // What was broken off half-way is gone through once more, as if all of its slots had moved.
  const isUnread = (slot: number): boolean => {
    const owner = watch.ownerOf(slot) ?? '';
    return lost.has(owner) && !told.has(owner);
  };
  const unread = Array.from({ length: SLOT_COUNT }, (_, slot) => slot).filter(isUnread);
  const slots = [...new Set([...(await watch.moved()), ...unread])];
  if (slots.length > 0) parts.log.say(`slots have moved: looking at ${slots.length} of them again`);
  for await (const keys of ledger.missing(slots, signal)) yield* byOwner(keys, parts);
  for (const node of watch.lost()) if (!told.has(node.address)) onLost(node);
}

/** The keys of one primary that count there. */
async function* walkOwn(
  address: TcpAddress,
  lost: Map<string, LostNode>,
  ledger: SlotLedger,
  { walkNode }: OnceParts,
): AsyncGenerator<KeyBatch, void, void> {
  const name = formatAddress(address);
  for await (const { node, keys } of walkNode(address, lost)) {
    const own = keys.filter((key) => ledger.isOf(name, key));
    for (const key of own) ledger.counted(key);
    if (own.length > 0) yield { node, keys: own };
  }
}

function* byOwner(keys: readonly Buffer[], { router, nodeAt }: OnceParts): Generator<KeyBatch, void, void> {
  const shares = new Map<RedisNode, Buffer[]>();
  for (const key of keys) {
    const owner = router.ownerOf(key);
    if (owner === undefined) continue;
    const node = nodeAt(owner);
    const share = shares.get(node);
    if (share === undefined) shares.set(node, [key]);
    else share.push(key);
  }
  for (const [node, own] of shares) yield { node, keys: own };
}
