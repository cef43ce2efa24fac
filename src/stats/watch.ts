import type { Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { RedisClient } from '../redis/types.ts';
import { pause } from '../redis/wait.ts';
import { renderJson } from '../terminal/json.ts';
import { openLive, type LiveScreen } from '../terminal/live.ts';
import type { StatsOptions } from './options.ts';
import { between, readFigures, sinceStart, type Measured, type Reading } from './read.ts';
import { repairOnTheWay } from './repair.ts';
import { statsExitCode, type StatsReport } from './report.ts';
import { statsJson } from './view-data.ts';
import { History, renderWatch, watchLine } from './view-watch.ts';
import { statsViews } from './views.ts';

/** Shows how it goes until somebody ends it; then the last moment is the report. */
export async function runWatch(options: StatsOptions, context: Context): Promise<Outcome> {
  const { host, out, terminal, signal } = context;
  const client = await context.redis();
  await repairOnTheWay(client, context);
  const live = openLive({ out, terminal, host, readKeys: context.options.input });
  const stop = AbortSignal.any([signal, live.ended]);
  const history = new History();
  let report: StatsReport | undefined;
  let before: Reading | undefined;
  try {
    while (!stop.aborted) {
      const startedAt = host.clock.monotonicMs();
      const read = await readOrTell(client, context, live);
      if (read !== undefined) {
        report = reportOf(before === undefined ? sinceStart(read) : between(before, read), read);
        if (before !== undefined || live.drawn) await show(report, before !== undefined);
        before = read;
      }
      const spent = host.clock.monotonicMs() - startedAt;
      await pause(Math.max(0, (options.intervalMs ?? 0) - spent), stop).catch(() => undefined);
    }
  } finally {
    live.close();
  }
  if (report === undefined)
    throw signal.reason instanceof Error ? signal.reason : new Error('nothing was read');
  return {
    exitCode: statsExitCode(report),
    views: statsViews(report),
    // On a terminal the last moment stays to be read; elsewhere all has been written.
    isStreamed: !live.drawn,
    endsWithSignal: true,
  };

  function reportOf(measured: Measured, { nodes }: Reading): StatsReport {
    return {
      target: client.target.location,
      database: client.target.database,
      startedAt: host.clock.now(),
      elapsedMs: 0,
      perNode: options.perNode,
      sinceStart: nodes,
      groups: undefined,
      baseline: undefined,
      verdicts: [],
      ...measured,
    };
  }

  async function show(current: StatsReport, isWindow: boolean): Promise<void> {
    if (isWindow) history.add(current);
    if (context.options.format === 'ndjson') {
      await out.write(`${renderJson(statsJson(current))}\n`);
      return;
    }
    await live.show({
      screen: (info) => renderWatch(current, history, info),
      plain: () => watchLine(current, history.length === 1),
    });
  }
}

/** A server that is gone for a while does not end the watch. */
async function readOrTell(
  client: RedisClient,
  { host, messages, signal }: Context,
  live: LiveScreen,
): Promise<Reading | undefined> {
  try {
    return await readFigures(client, () => host.clock.monotonicMs());
  } catch (error) {
    if (signal.aborted) return undefined;
    if (!(error instanceof CachectlError) || error.exitCode !== ExitCode.unreachable) throw error;
    if (live.drawn) {
      await live.show({
        screen: () => `${error.message}\ntrying again`,
        plain: () => error.message,
      });
    } else messages.warn(`${error.message}; trying again`);
    return undefined;
  }
}
