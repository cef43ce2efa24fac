import type { Clock } from '../../host.ts';
import type { RedisClient } from '../../redis/types.ts';
import { listenToKeys, type KeyEvents, type ListenTools } from './key-events.ts';

/** Keyspace events that outlive the connections on which they come. */
export interface Listening extends Pick<KeyEvents, 'areComplete' | 'take' | 'close'> {
  /**
   * Listens anew where a connection was lost, unless that was tried a moment ago.
   * @returns whether it listens anew: what happened meanwhile was announced to nobody
   * @throws CachectlError where Redis cannot be reached any more; the signal's reason
   */
  readonly renew: () => Promise<boolean>;
  /** When `renew` has something to do, in milliseconds from now; Infinity while all is well. */
  readonly renewInMs: () => number;
}

/** A connection that is lost again and again is opened so often. */
const RETRY_MS = 5_000;

/** Whom listening tells, and how people hear of a loss. */
export interface ListeningTools extends ListenTools {
  readonly clock: Clock;
  /** A loss, or its end, in words. */
  readonly say: (text: string) => void;
  /** What is done while nothing is announced: `asking every 1s`. */
  readonly meanwhile: string;
}

/** Listens to some keys, as {@link listenToKeys} does, and goes on after a loss. */
export async function keepListening(
  client: RedisClient,
  keys: readonly Buffer[],
  tools: ListeningTools,
): Promise<Listening> {
  let events = await listenToKeys(client, keys, tools);
  // What was refused at the start will be refused again.
  const isRefused = events.failure() !== undefined;
  const wasComplete = events.areComplete();
  let retryAtMs = 0;
  let isDown = false;
  const renewInMs = (): number =>
    isRefused || events.failure() === undefined
      ? Infinity
      : Math.max(0, retryAtMs - tools.clock.monotonicMs());
  return {
    renewInMs,
    areComplete: () => events.areComplete(),
    take: () => events.take(),
    close: () => events.close(),
    renew: async () => {
      const lost = events.failure();
      if (lost === undefined || renewInMs() > 0) return false;
      events.close();
      events = await listenToKeys(client, keys, tools);
      retryAtMs = tools.clock.monotonicMs() + RETRY_MS;
      const listens = events.failure() === undefined && events.areComplete() === wasComplete;
      if (listens) tools.say(`the connection for announcements was lost, and is open again (${lost})`);
      else if (!isDown) tools.say(`changes are not announced any more, ${tools.meanwhile} (${lost})`);
      isDown = !listens;
      return listens;
    },
  };
}
