import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import type { Spec } from '../config/spec.ts';
import type { Agreement } from '../invalidation/carry-out.ts';
import { findRule } from '../invalidation/find-rule.ts';
import { planRule } from '../invalidation/plan.ts';
import { escapeText, printableKey } from '../keys/printable.ts';
import { renderJson } from '../terminal/json.ts';
import { silentProgress } from '../terminal/progress.ts';
import { appendEvent } from './append.ts';
import { listenToChannels } from './channels.ts';
import { consumeStream } from './consume.ts';
import { metricsText, type Counters } from './counters.ts';
import { listenHttp, type HttpListener } from './http-server.ts';
import type { ListenOptions } from './options.ts';
import { runLine, runRecordJson } from './report.ts';
import { StreamConsumer, type StreamSettings } from './stream.ts';
import { handleDeliveries, type RunRecord } from './worker.ts';

/** A stream that was not read for so long cannot be read: reading waits half a second at a time. */
const STALE_MS = 3_000;

/** What listening takes. */
export interface ListenTools {
  readonly options: ListenOptions;
  readonly spec: Spec;
  readonly agreement: Agreement;
  readonly counters: Counters;
  /** Aborted when even what is under way has to end. */
  readonly drain: AbortSignal;
  /** Ends the draining at once. */
  readonly giveUp: () => void;
}

/** Listens until the context's signal says stop, then finishes what is under way. */
export async function listenTo(tools: ListenTools, context: Context): Promise<void> {
  const { stream, channels } = tools.options;
  await Promise.all([
    ...(stream === undefined ? [] : [listenToStream(tools, stream, context)]),
    ...(channels.length === 0 ? [] : [listenToPubSub(tools, context)]),
  ]);
}

async function listenToStream(tools: ListenTools, stream: StreamSettings, context: Context): Promise<void> {
  const { messages } = context;
  // Reading waits on its connection; what is written and carried out meanwhile has another.
  const reading = context.detach(tools.drain);
  const working = context.detach(tools.drain);
  let front: HttpListener | undefined;
  const now = (): number => context.host.clock.monotonicMs();
  const state = { isUp: true, isReading: false, changedAt: now() };
  const isHealthy = (): boolean => state.isUp && (!state.isReading || now() - state.changedAt < STALE_MS);
  // Nothing is under way, and nobody is there: waiting for it would keep whoever said stop.
  const onStop = (): void => {
    if (!isHealthy()) tools.giveUp();
  };
  context.signal.addEventListener('abort', onStop, { once: true });
  try {
    const reader = new StreamConsumer(await reading.context.redis(), stream);
    const consumer = new StreamConsumer(await working.context.redis(), stream);
    await consumer.ensureGroup();
    messages.note(
      `listening to ${printableKey(stream.stream)} as ${escapeText(stream.consumer)} of group ${escapeText(stream.group)}`,
    );
    front = await openFront(tools, stream, isHealthy, working.context, context);
    await consumeStream({
      reader,
      consumer,
      settings: stream,
      coalesceMs: tools.options.coalesceMs,
      stop: context.signal,
      now,
      onReading: (isReading) => {
        state.isReading = isReading;
        state.changedAt = now();
      },
      counters: tools.counters,
      onState: (change) => {
        state.isUp = change.up;
        if (change.up) messages.note('Redis is back; going on');
        else messages.warn(`${change.error.message}; waiting for Redis`);
      },
      handle: (deliveries) =>
        handleDeliveries(deliveries, {
          ...workerTools(tools, working.context, context),
          maxTries: tools.options.maxTries,
          acknowledge: (done) => consumer.acknowledge(done.map(({ id }) => id)),
          setAside: async (delivery, reason) => {
            await consumer.setAside(delivery, reason);
            messages.warn(`event ${delivery.id} was set aside: ${reason}`);
          },
        }),
    });
    // A listener that cannot say goodbye is found idle, and what it had is taken over.
    await front?.close(tools.drain);
    await consumer.leave().catch(() => undefined);
  } finally {
    context.signal.removeEventListener('abort', onStop);
    await front?.close(tools.drain);
    await Promise.all([reading.close(), working.close()]);
  }
}

async function listenToPubSub(tools: ListenTools, context: Context): Promise<void> {
  const { channels, coalesceMs } = tools.options;
  const { messages } = context;
  const working = context.detach(tools.drain);
  try {
    await listenToChannels({
      client: await working.context.redis(),
      channels,
      coalesceMs,
      stop: context.signal,
      counters: tools.counters,
      onListening: () =>
        messages.note(
          `listening to ${channels.map(escapeText).join(', ')}: at most once, what is published meanwhile and not heard is lost`,
        ),
      onLost: (error) => messages.warn(`${error.message}; what is published now is lost`),
      onRefused: (reason) => {
        tools.counters.refused++;
        messages.warn(`a message was lost: ${reason}`);
      },
      handle: (deliveries) =>
        handleDeliveries(deliveries, {
          ...workerTools(tools, working.context, context),
          maxTries: 1,
          acknowledge: () => Promise.resolve(),
          setAside: (delivery, reason) => {
            messages.warn(`${delivery.id} failed, and is not tried again: ${reason}`);
            return Promise.resolve();
          },
        }),
    });
  } finally {
    await working.close();
  }
}

function workerTools({ agreement, spec, counters }: ListenTools, working: Context, context: Context) {
  return {
    // Several runs are under way at once, and a service has nobody who watches a bar.
    context: { ...working, progress: () => silentProgress },
    agreement,
    counters,
    findRule: (name: string) => findRule(spec, name),
    onRun: (record: RunRecord) => tellRun(record, context),
  };
}

async function openFront(
  { options, spec, counters }: ListenTools,
  stream: StreamSettings,
  isHealthy: () => boolean,
  working: Context,
  context: Context,
): Promise<HttpListener | undefined> {
  if (options.http === undefined) return undefined;
  const { place, secrets } = options.http;
  const client = await working.redis();
  const counted = new StreamConsumer(client, stream);
  try {
    const front = await listenHttp(place, {
      secrets,
      check: (event) => void planRule(findRule(spec, event.name), [event.data]),
      accept: async (event) => {
        const id = await appendEvent(client, stream.stream, event);
        counters.accepted++;
        return id;
      },
      isHealthy,
      metrics: async () => {
        const backlog = isHealthy() ? await counted.backlog().catch(() => undefined) : undefined;
        return metricsText(counters, { up: isHealthy(), pending: backlog?.pending, lag: backlog?.lag });
      },
      onRefused: () => void counters.refused++,
    });
    context.messages.note(`taking events at ${front.url}/events`);
    return front;
  } catch (error) {
    throw new UsageError(
      `--http ${place.host}:${place.port} cannot be listened at: ${whyNotListening(error)}`,
    );
  }
}

function whyNotListening(error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'EADDRINUSE':
      return 'another program listens there';
    case 'EADDRNOTAVAIL':
      return 'this machine has no such address';
    case 'EACCES':
      return 'permission denied, which ports below 1024 often are';
    default:
      return escapeText(error instanceof Error ? error.message : String(error));
  }
}

async function tellRun(record: RunRecord, { out, options, terminal, messages }: Context): Promise<void> {
  switch (options.format ?? 'table') {
    case 'ndjson':
      return out.write(`${renderJson(runRecordJson(record))}\n`);
    case 'table':
      return options.quiet ? undefined : out.write(`${runLine(record, terminal)}\n`);
    default:
      messages.verbose(runLine(record, terminal));
  }
}
