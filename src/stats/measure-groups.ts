import { capture, type Capture } from '../capture/capture.ts';
import { announceCapture, requireCaptureConsent } from '../capture/consent.ts';
import type { Context } from '../cli/context.ts';
import type { GroupOf } from '../keys/group-of.ts';
import { infoNumber, parseInfo } from '../redis/info.ts';
import type { LostNode, RedisClient } from '../redis/types.ts';
import { countKeys } from './count-keys.ts';
import { figuresFromInfo } from './figures.ts';
import { GroupCounts, type GroupCapture, type GroupReport } from './group-counts.ts';
import type { Reading } from './read.ts';
import { repairText } from './repair.ts';

/** What is to be found out about groups of keys. */
export interface GroupRequest {
  readonly groupOf: GroupOf;
  /** Groups that are shown in any case. */
  readonly names: readonly string[];
  /** Hit rates, by listening. */
  readonly sample:
    { readonly durationMs: number; readonly maxEvents: number; readonly yes: boolean } | undefined;
  /** Keys, memory and TTLs, by a walk over all keys. */
  readonly countKeys: boolean;
}

/** Groups, and the readings at both ends of the capture, where there was one. */
export interface MeasuredGroups {
  readonly report: GroupReport;
  readonly ends: { readonly before: Reading; readonly after: Reading } | undefined;
  readonly lost: readonly LostNode[];
}

/** @throws CachectlError where servers cannot be heard or walked, or the connection is protected */
export async function measureGroups(
  client: RedisClient,
  request: GroupRequest,
  context: Context,
): Promise<MeasuredGroups> {
  const counts = new GroupCounts(request.groupOf, request.names);
  // First the capture: a walk over all keys asks for TTLs, which servers count as reads.
  const heard =
    request.sample === undefined ? undefined : await hear(client, request.sample, counts, context);
  const counted =
    request.countKeys && !context.signal.aborted ? await countKeys(client, counts, context) : undefined;
  return {
    report: {
      groups: counts.figures(),
      capture: heard?.summary,
      counted: counted && { elapsedMs: counted.elapsedMs, keys: counted.keys },
      isFull: counts.isFull,
    },
    ends: heard?.ends,
    lost: counted?.lost ?? [],
  };
}

async function hear(
  client: RedisClient,
  { durationMs, maxEvents, yes }: NonNullable<GroupRequest['sample']>,
  counts: GroupCounts,
  context: Context,
): Promise<{ readonly summary: GroupCapture; readonly ends: NonNullable<MeasuredGroups['ends']> }> {
  requireCaptureConsent(client.target, yes, '--sample');
  const { messages, host, signal } = context;
  const primaries = (await client.primaries()).length;
  messages.note(announceCapture(client.target, { durationMs, maxEvents, misses: true }, primaries));
  const progress = context.progress({ label: 'listening', unit: 'commands' });
  const now = (): number => host.clock.monotonicMs();
  const startedAt = now();
  try {
    const result = await capture(
      client,
      {
        durationMs,
        maxEvents,
        misses: true,
        sink: {
          read: (key, lookups) => (counts.of(key).reads += lookups),
          miss: (key) => counts.of(key).misses++,
          write: () => undefined,
        },
        warn: messages.warn,
        onRepair: (repair) => messages.warn(repairText(repair)),
        onProgress: (events) => progress.update(events),
      },
      { signal, now },
    );
    return { summary: summarize(result), ends: endsOf(result, client.target.database, startedAt) };
  } finally {
    progress.stop();
  }
}

function summarize({ servers, elapsedMs, endedBy }: Capture): GroupCapture {
  const difference = (field: string): number =>
    servers.reduce((sum, { before, after }) => {
      const at = (text: string): number => infoNumber(parseInfo(text), field) ?? 0;
      return sum + at(after) - at(before);
    }, 0);
  const misses = difference('keyspace_misses');
  const sum = (pick: (server: Capture['servers'][number]) => number): number =>
    servers.reduce((total, server) => total + pick(server), 0);
  return {
    seconds: Math.round(elapsedMs) / 1_000,
    endedBy,
    events: sum((server) => server.events),
    heard: { reads: sum((server) => server.reads), misses: sum((server) => server.misses) },
    counted: { reads: difference('keyspace_hits') + misses, misses },
  };
}

function endsOf(
  { servers, elapsedMs }: Capture,
  database: number,
  startedAt: number,
): NonNullable<MeasuredGroups['ends']> {
  const reading = (pick: (server: Capture['servers'][number]) => string, at: number): Reading => {
    const [first, ...others] = servers
      .map((server) => ({
        address: server.address,
        figures: figuresFromInfo(parseInfo(pick(server)), database),
      }))
      .sort((a, b) => a.address.localeCompare(b.address));
    if (first === undefined) throw new Error('a capture of no server');
    return { nodes: [first, ...others], lost: [], at };
  };
  return {
    before: reading((server) => server.before, startedAt),
    after: reading((server) => server.after, startedAt + elapsedMs),
  };
}
