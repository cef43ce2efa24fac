import { readBackup, type Loss } from '../backup/reader.ts';
import type { BackupRecord } from '../backup/format.ts';
import { CachectlError } from '../cli/errors.ts';
import type { RedisClient, RedisCommand, RedisNode } from '../redis/types.ts';

/** What became of a backup's keys. */
export interface RestoreResult {
  /** Written, or in a dry run would be. */
  readonly restored: number;
  /** Their moment has passed. */
  readonly expired: number;
  /** Exist, and were left as they are. */
  readonly kept: number;
  /** Left out by `--pattern`. */
  readonly filtered: number;
  /** Refused by the server, by its message. */
  readonly refused: ReadonlyMap<string, number>;
  /** Stretches of the file that cannot be used. */
  readonly losses: readonly Loss[];
  /** What broke the work off. */
  readonly failure: CachectlError | undefined;
}

/** How to restore. */
export interface RestoreOptions {
  readonly file: string;
  readonly replace: boolean;
  readonly dryRun: boolean;
  readonly accepts: (physical: Buffer) => boolean;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/** More kinds of refusals are counted under the last one. */
const MOST_REFUSALS = 20;

/** Puts back every whole frame of a backup; ends early, without an error, once the signal is aborted. */
export async function executeRestore(client: RedisClient, options: RestoreOptions): Promise<RestoreResult> {
  const sum = { restored: 0, expired: 0, kept: 0, filtered: 0 };
  const refused = new Map<string, number>();
  const losses: Loss[] = [];
  const flags = { knowsAbsolute: true };
  let failure: CachectlError | undefined;
  const restoreAll = async (records: readonly BackupRecord[]): Promise<void> => {
    const wanted = records.filter(({ key }) => options.accepts(key));
    const alive = wanted.filter(
      ({ expiresAtMs }) => expiresAtMs === undefined || expiresAtMs > options.now(),
    );
    sum.filtered += records.length - wanted.length;
    sum.expired += wanted.length - alive.length;
    for (const { node, indexes } of await client.nodesFor(alive.map(({ key }) => key))) {
      const share = indexes.flatMap((index) => alive[index] ?? []);
      for (const outcome of await restoreShare(node, share, options, flags)) {
        if (outcome === 'restored') sum.restored++;
        else if (outcome === 'exists') sum.kept++;
        else {
          const name =
            refused.size < MOST_REFUSALS || refused.has(outcome.message) ? outcome.message : 'other';
          refused.set(name, (refused.get(name) ?? 0) + 1);
        }
      }
    }
    options.onProgress(sum.restored);
  };
  try {
    for await (const part of readBackup(options.file)) {
      if (options.signal.aborted) break;
      if (part.kind === 'loss') losses.push(part.loss);
      else await restoreAll(part.records);
    }
  } catch (error) {
    const nothingDone = sum.restored + sum.kept + sum.expired + sum.filtered === 0;
    if (!(error instanceof CachectlError) || nothingDone) throw error;
    failure = error;
  }
  return { ...sum, refused, losses, failure };
}

type RecordOutcome = 'restored' | 'exists' | CachectlError;

async function restoreShare(
  node: RedisNode,
  records: readonly BackupRecord[],
  options: RestoreOptions,
  flags: { knowsAbsolute: boolean },
): Promise<readonly RecordOutcome[]> {
  if (options.dryRun) {
    const there = await node.pipeline(records.map(({ key }): RedisCommand => ['EXISTS', key]));
    return records.map((_, index) => (there[index] === 1 && !options.replace ? 'exists' : 'restored'));
  }
  const replies = await node.pipeline(
    records.map(({ key, expiresAtMs, dump }): RedisCommand => {
      const replace = options.replace ? ['REPLACE'] : [];
      if (expiresAtMs === undefined) return ['RESTORE', key, 0, dump, ...replace];
      if (flags.knowsAbsolute) return ['RESTORE', key, expiresAtMs, dump, ...replace, 'ABSTTL'];
      const ttlMs = Math.max(1, Math.round(expiresAtMs - options.now()));
      return ['RESTORE', key, ttlMs, dump, ...replace];
    }),
  );
  const outcomes = replies.map((reply): RecordOutcome => {
    if (!(reply instanceof CachectlError)) return 'restored';
    return /BUSYKEY/.test(causeOf(reply)) ? 'exists' : reply;
  });
  // ABSTTL came with Redis 5.
  const isOld = outcomes.some(
    (outcome) => typeof outcome === 'object' && /syntax error/i.test(outcome.message),
  );
  if (!flags.knowsAbsolute || !isOld) return outcomes;
  flags.knowsAbsolute = false;
  const again = records.filter((_, index) => typeof outcomes[index] === 'object');
  const second = (await restoreShare(node, again, options, flags)).values();
  return outcomes.map((outcome) =>
    typeof outcome === 'object' ? (second.next().value ?? outcome) : outcome,
  );
}

function causeOf(error: CachectlError): string {
  return `${error.message} ${error.cause instanceof Error ? error.cause.message : ''}`;
}
