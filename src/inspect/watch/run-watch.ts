import type { Outcome } from '../../cli/command.ts';
import type { Context } from '../../cli/context.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { renderJson } from '../../terminal/json.ts';
import { openLive, type LiveScreen } from '../../terminal/live.ts';
import { formatDurationMs } from '../../units/duration.ts';
import type { InspectedKey } from '../content.ts';
import { findKeys, type FoundKey } from '../find-keys.ts';
import { lookAt, type Look } from '../look.ts';
import { countersOf } from '../namespace-versions.ts';
import type { InspectOptions } from '../options.ts';
import { inspectionJson } from '../view-json.ts';
import { renderInspection } from '../view-text.ts';
import { changesBetween, marksOf, type KeyChange, type Mark } from './changes.ts';
import { keepListening, type Listening } from './listening.ts';
import { aged, changeJson, changeLine, renderScreen } from './view.ts';
import { createWakeUp } from './wake-up.ts';

/** A screen counts lives down so often, whether it asks or not. */
const TICK_MS = 1_000;
/** Two looks are never closer together, however many events come. */
const LEAST_MS = 100;
/** Announcements may get lost (a failover, a full buffer): asked all the same, now and then. */
const CHECK_MS = 30_000;
/** A key is looked for a moment after the one when it should be gone. */
const AFTER_EXPIRY_MS = 20;
const MOST_HISTORY = 100;

/**
 * Follows keys until somebody ends it: a screen on a terminal, otherwise a line or a record for each change.
 * Ctrl-C and q are how it ends, and no failure.
 */
export async function watchKeys(
  found: readonly FoundKey[],
  options: InspectOptions,
  intervalMs: number,
  context: Context,
): Promise<Outcome> {
  const live = context.options.format === 'ndjson' ? undefined : openLive(livePartsOf(context));
  const signal = live === undefined ? context.signal : AbortSignal.any([context.signal, live.ended]);
  const watcher = new Watcher(options, found, context);
  const wakeUp = createWakeUp(signal);
  const events = await keepListening(await context.redis(), watcher.places(), {
    onEvent: wakeUp.call,
    log: context.messages.verbose,
    signal,
    clock: context.host.clock,
    // The screen says by itself how changes are noticed, and a line from elsewhere would break it.
    say: live?.drawn === true ? () => undefined : context.messages.warn,
    meanwhile: `asking every ${formatDurationMs(intervalMs)}`,
  });
  try {
    await follow({ watcher, events, wakeUp, live, intervalMs, signal, context });
  } catch (error) {
    // What was under way when somebody ended the watch failed for that.
    if (!signal.aborted) throw error;
  } finally {
    events.close();
    live?.close();
  }
  const { clock } = context.host;
  const keys = aged(watcher.keys, clock.now());
  return {
    exitCode: ExitCode.ok,
    endsWithSignal: true,
    isStreamed: live?.drawn !== true,
    views: {
      // The screen is gone: what it showed last stays to be read.
      table: (terminal) => renderInspection(keys, clock.now(), terminal),
      json: () => inspectionJson(keys),
    },
  };
}

interface Following {
  readonly watcher: Watcher;
  readonly events: Listening;
  readonly wakeUp: ReturnType<typeof createWakeUp>;
  readonly live: LiveScreen | undefined;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  readonly context: Context;
}

async function follow({
  watcher,
  events,
  wakeUp,
  live,
  intervalMs,
  signal,
  context,
}: Following): Promise<void> {
  const { clock } = context.host;
  const history: KeyChange[] = [];
  let lookedAtMs = -Infinity;
  let expiryMs = Infinity;
  // Announcements may end meanwhile, and a look is due sooner.
  const dueMs = (): number =>
    Math.min(expiryMs, lookedAtMs + (events.areComplete() ? Math.max(CHECK_MS, intervalMs) : intervalMs));
  while (!signal.aborted && !context.out.closed()) {
    const taken = events.take();
    const isRenewed = await events.renew();
    const manner = events.areComplete() ? 'by keyspace events' : `every ${formatDurationMs(intervalMs)}`;
    if (taken.size > 0 || isRenewed || clock.monotonicMs() >= dueMs()) {
      const changes = await watcher.look(taken);
      lookedAtMs = clock.monotonicMs();
      expiryMs = lookedAtMs + watcher.untilExpiryMs();
      history.push(...changes);
      history.splice(0, history.length - MOST_HISTORY);
      if (live === undefined) {
        for (const change of changes) await context.out.write(`${renderJson(changeJson(change))}\n`);
      } else if (!live.drawn && changes.length > 0) {
        const text = changes.map((change) => changeLine(change)).join('\n');
        await live.show({ screen: () => text, plain: () => text });
      }
    }
    if (live?.drawn === true) await live.show(screenOf(watcher.keys, [...history], manner, clock.now()));
    const untilNextMs = Math.min(dueMs() - clock.monotonicMs(), events.renewInMs());
    const most = live?.drawn === true ? Math.min(TICK_MS, untilNextMs) : untilNextMs;
    await wakeUp.sleep({ least: Math.min(LEAST_MS, most), most });
  }
}

function screenOf(
  keys: readonly InspectedKey[],
  history: readonly KeyChange[],
  manner: string,
  nowMs: number,
): Parameters<LiveScreen['show']>[0] {
  return {
    screen: (terminal, rows) => renderScreen({ keys, history, manner, nowMs }, terminal, rows),
    plain: () => '',
  };
}

function livePartsOf({ out, terminal, host, options }: Context): Parameters<typeof openLive>[0] {
  return { out, terminal, host, readKeys: options.input };
}

/** The keys of a watch: those found at its start, and those that keys with several places turn up later. */
class Watcher {
  readonly #options: InspectOptions;
  readonly #context: Context;
  readonly #found: Map<string, FoundKey>;
  #marks: ReadonlyMap<string, Mark> = new Map();
  #look: Look = { keys: [], stored: [], atMs: 0 };

  constructor(options: InspectOptions, found: readonly FoundKey[], context: Context) {
    this.#options = options;
    this.#context = context;
    this.#found = new Map(found.map((key) => [key.physical.toString('latin1'), key]));
  }

  get keys(): readonly InspectedKey[] {
    return this.#look.keys;
  }

  /** Every physical key that may be meant, and the counters that say which of them are current. */
  places(): readonly Buffer[] {
    const { layout } = this.#context;
    const all = [
      ...[...this.#found.values()].map(({ physical }) => physical),
      ...this.#options.keys.flatMap((key) => layout.toPhysicalKeys(key)),
    ];
    const named = [...all, ...countersOf(all, this.#context)];
    return [...new Map(named.map((key) => [key.toString('latin1'), key])).values()];
  }

  /** Looks at every key. @param events what was announced since the last look */
  async look(events: ReadonlyMap<string, readonly string[]>): Promise<readonly KeyChange[]> {
    // Walking for addresses again and again would be no gentle way to watch.
    for (const key of await findKeys({ keys: this.#options.keys, addresses: [] }, this.#context)) {
      this.#found.set(key.physical.toString('latin1'), key);
    }
    const look = await lookAt([...this.#found.values()], this.#options, this.#context);
    const marks = marksOf(look);
    const changes = look.keys.flatMap((key): readonly KeyChange[] => {
      const name = key.physical.toString('latin1');
      const mark = marks.get(name);
      const happened = mark === undefined ? [] : changesBetween(this.#marks.get(name), mark, look.atMs);
      if (happened.length === 0) return [];
      return [{ atMs: look.atMs, key, changes: happened, events: events.get(name) ?? [] }];
    });
    this.#look = look;
    this.#marks = marks;
    return changes;
  }

  /** Milliseconds until the first of the keys should be gone. */
  untilExpiryMs(): number {
    const now = this.#context.host.clock.now();
    return this.#look.keys.reduce((soonest, { state }) => {
      if (!state.exists || state.expiresAtMs === undefined) return soonest;
      return Math.min(soonest, Math.max(0, state.expiresAtMs - now) + AFTER_EXPIRY_MS);
    }, Infinity);
  }
}
