import { capture } from '../capture/capture.ts';
import { announceCapture, requireCaptureConsent } from '../capture/consent.ts';
import type { Context } from '../cli/context.ts';
import type { RedisClient } from '../redis/types.ts';
import { KeyFolder } from './fold.ts';
import { HeavyHitters } from './heavy-hitters.ts';
import { showFolded } from './placeholder.ts';

/** For how long and how much is listened to. */
export interface HotRequest {
  readonly durationMs: number;
  readonly maxEvents: number;
  /** Whether a protected server may be listened to. */
  readonly yes: boolean;
  readonly separators: Uint8Array;
}

/** What was read and written while it was listened to. Keys are latin1, as they are stored. */
export interface HotKeys {
  readonly elapsedMs: number;
  readonly commands: number;
  /** Keys that were read, each time counted, and the same for writes. */
  readonly reads: number;
  readonly writes: number;
  readonly readKeys: HeavyHitters;
  readonly writtenKeys: HeavyHitters;
  /** By the name of the pattern. */
  readonly readPatterns: HeavyHitters;
  readonly writtenPatterns: HeavyHitters;
}

/** Names that are told apart; some megabytes. */
const MOST_NAMES = 10_000;

/**
 * Listens to every primary for a bounded time, and counts what is read and written.
 * @throws CachectlError where servers cannot be heard, or the connection is protected
 */
export async function listenForHotKeys(
  client: RedisClient,
  { durationMs, maxEvents, yes, separators }: HotRequest,
  context: Context,
): Promise<HotKeys> {
  requireCaptureConsent(client.target, yes, '--hot');
  const { messages, host, layout, signal } = context;
  const primaries = (await client.primaries()).length;
  messages.note(announceCapture(client.target, { durationMs, maxEvents, misses: false }, primaries));
  const folder = new KeyFolder(separators);
  const patternOf = (physical: Buffer): string => {
    const key = layout.toLogical(physical) ?? physical;
    folder.fold(key, 0, key.length);
    return showFolded(folder.bytes.subarray(0, folder.length));
  };
  const [readKeys, writtenKeys] = [new HeavyHitters(MOST_NAMES), new HeavyHitters(MOST_NAMES)];
  const [readPatterns, writtenPatterns] = [new HeavyHitters(MOST_NAMES), new HeavyHitters(MOST_NAMES)];
  let reads = 0;
  let writes = 0;
  const heard = await capture(
    client,
    {
      durationMs,
      maxEvents,
      misses: false,
      sink: {
        read: (key) => {
          reads++;
          readKeys.add(key.toString('latin1'));
          readPatterns.add(patternOf(key));
        },
        write: (key) => {
          writes++;
          writtenKeys.add(key.toString('latin1'));
          writtenPatterns.add(patternOf(key));
        },
        miss: () => undefined,
      },
      warn: messages.warn,
      onRepair: () => undefined,
    },
    { signal, now: () => host.clock.monotonicMs() },
  );
  return {
    elapsedMs: heard.elapsedMs,
    commands: heard.servers.reduce((sum, { events }) => sum + events, 0),
    reads,
    writes,
    readKeys,
    writtenKeys,
    readPatterns,
    writtenPatterns,
  };
}
