import { CachectlError } from '../cli/errors.ts';
import type { BulkChannel } from '../redis/bulk-channel.ts';
import { decodeReply } from '../redis/resp/decode.ts';
import { encodeCommands } from '../redis/resp/encode.ts';
import type { RedisClient } from '../redis/types.ts';
import { pause } from '../redis/wait.ts';
import { parseHttpEvent } from './http-event.ts';
import type { Counters } from './counters.ts';
import type { Delivery } from './delivery.ts';
import { RuleQueues } from './rule-queues.ts';

/** What listening to channels takes. */
export interface ChannelTools {
  readonly client: RedisClient;
  readonly channels: readonly string[];
  readonly coalesceMs: number;
  readonly handle: (deliveries: readonly Delivery[]) => Promise<void>;
  readonly stop: AbortSignal;
  readonly counters: Counters;
  readonly onListening: () => void;
  readonly onLost: (error: CachectlError) => void;
  /** A message that is no event, or one too many. */
  readonly onRefused: (reason: string) => void;
}

/** More events than this that wait are not kept: memory stays small, and Pub/Sub promises nothing. */
const MOST_WAITING = 10_000;
const AFTER_LOSS_MS = 500;

/**
 * Carries out what is published on channels (Redis documentation, "Redis Pub/Sub"), until it is told to stop.
 * At most once: what is published while the connection is lost is never heard.
 */
export async function listenToChannels(tools: ChannelTools): Promise<void> {
  const { coalesceMs, handle, stop } = tools;
  const queues = new RuleQueues({ coalesceMs, handle, stop });
  let count = 0;
  const receive = (payload: Buffer): void => {
    try {
      if (queues.size >= MOST_WAITING) tools.onRefused(`${MOST_WAITING} events wait already`);
      else queues.add([readMessage(payload, `message ${++count}`)]);
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      tools.onRefused(error.message);
    }
  };
  while (!stop.aborted) {
    try {
      await hear(tools, receive);
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      if (stop.aborted) break;
      tools.counters.lostConnections++;
      tools.onLost(error);
      await pause(AFTER_LOSS_MS, stop).catch(() => undefined);
    }
  }
  await queues.finish();
}

/** One connection from its opening to its loss. */
async function hear(
  { client, channels, stop, onListening }: ChannelTools,
  receive: (payload: Buffer) => void,
): Promise<void> {
  // A message that is published anywhere in a cluster reaches every server of it.
  const [node] = await client.primaries();
  if (node?.bulk === undefined) throw new Error('there is no server to listen to');
  const channel: BulkChannel = await node.bulk();
  let onStop: () => void = () => undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      onStop = resolve;
      if (stop.aborted) resolve();
      stop.addEventListener('abort', onStop, { once: true });
      let subscribed = 0;
      channel.listen(encodeCommands([['SUBSCRIBE', ...channels]]), {
        receive: (bytes, start) => {
          const { value } = decodeReply(bytes, start);
          if (value instanceof Error) return reject(value);
          const [kind, , payload] = Array.isArray(value) ? (value as readonly unknown[]) : [];
          if (String(kind) === 'subscribe' && ++subscribed === channels.length) onListening();
          if (String(kind) === 'message' && Buffer.isBuffer(payload)) receive(Buffer.from(payload));
        },
        lose: reject,
      });
    });
  } finally {
    stop.removeEventListener('abort', onStop);
    channel.close();
  }
}

/** A message as a delivery. @throws UsageError where it is no event */
function readMessage(payload: Buffer, id: string): Delivery {
  const { name, data } = parseHttpEvent(payload);
  const fields = ['event', name, 'data', JSON.stringify(data)].map((text) => Buffer.from(text));
  return { id, fields, tries: 1 };
}
