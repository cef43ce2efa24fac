import type { Pace } from '../pace/pace.ts';
import { keyCommand } from '../redis/resp/encode.ts';
import type { LostNode, RedisClient } from '../redis/types.ts';
import type { BoundSelection } from '../selection/bind.ts';
import { serverConditions } from '../selection/facts.ts';
import { executeClear, type ClearResult, type ExecuteOptions } from './execute.ts';
import type { RemovalOptions } from './options.ts';

/**
 * Keys of a SCAN reply that are asked for their memory before they go. Some hundred tell all that a sample can;
 * further ones, of every eighth reply, only make sure that no part of the table is left out.
 */
const SAMPLED_AT_ONCE = 2;
const SAMPLED_REPLIES = 250;
const LATER_ONE_IN = 8;

/**
 * Whether keys can go the short way, from SCAN's reply straight to UNLINK: where nothing has to be asked,
 * written down or counted about each of them first.
 */
export function canSweep(bound: BoundSelection, options: RemovalOptions): boolean {
  const { how, backup, resume, maxKeys } = options;
  const isPlain =
    how.kind === 'remove' && backup === undefined && resume === undefined && maxKeys === undefined;
  const { selection, glob } = bound;
  return (
    isPlain && glob !== undefined && selection.limit === undefined && serverConditions(selection).length === 0
  );
}

/** Removes the selection the short way; exact keys, where there are any, first and in the usual way. */
export async function sweepClear(
  client: RedisClient & Required<Pick<RedisClient, 'sweep'>>,
  bound: BoundSelection,
  options: ExecuteOptions & { readonly pace: Pace },
): Promise<ClearResult> {
  const { memory, pace, signal, onProgress } = options;
  const named = bound.hasNamed
    ? await executeClear(client, { ...bound, glob: undefined }, options)
    : undefined;
  if (named?.failure !== undefined || signal.aborted) return named ?? nothing(options);
  const before = named ?? nothing(options);
  const lost: LostNode[] = [...before.lost];
  const report = await client.sweep(
    {
      pattern: bound.glob,
      accept: bound.acceptsScanned,
      look: {
        commands: [keyCommand(['MEMORY', 'USAGE'])],
        keysAtOnce: sampledAtOnce(),
        receive: (replies) => {
          for (let index = 0; index < replies.length; index++) {
            const bytes = replies.integer(index);
            if (bytes !== undefined) memory.add(bytes);
          }
        },
      },
      pace: { count: (best) => pace.count(best), pauseMs: () => pace.pauseMs() },
      onProgress: (removed, matched) => {
        pace.took(before.matched + matched);
        onProgress(before.removed + removed);
      },
    },
    signal,
    (node) => lost.push(node),
  );
  const removed = before.removed + report.removed;
  return {
    ...before,
    matched: before.matched + report.matched,
    removed,
    // What a server refused to remove is still there.
    gone: before.gone + (report.failure === undefined ? report.matched - report.removed : 0),
    unconfirmed: report.unconfirmed,
    memory: memory.estimate(removed),
    failure: report.failure,
    lost,
  };
}

function sampledAtOnce(): () => number {
  let replies = 0;
  return () => {
    replies++;
    return replies <= SAMPLED_REPLIES || replies % LATER_ONE_IN === 0 ? SAMPLED_AT_ONCE : 0;
  };
}

function nothing({ memory }: ExecuteOptions): ClearResult {
  return {
    matched: 0,
    removed: 0,
    gone: 0,
    kept: 0,
    unconfirmed: 0,
    memory: memory.estimate(0),
    failure: undefined,
    lost: [],
    cursors: new Map(),
  };
}
