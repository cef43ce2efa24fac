import { evaluateAssertion } from '../assertions/verdict.ts';
import { defineCommand, type Command, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { tellGithub } from '../cli/github-actions.ts';
import type { RedisClient } from '../redis/types.ts';
import { pause } from '../redis/wait.ts';
import type { GroupRequest, measureGroups } from './measure-groups.ts';
import { parseStats, type StatsOptions } from './options.ts';
import { between, readFigures, sinceStart, type Measured, type Reading } from './read.ts';
import { repairOnTheWay, runRepair } from './repair.ts';
import { readMetric, statsExitCode, type NodeFigures, type StatsReport } from './report.ts';
import { readSavedMetric, readSavedStats, refuseUnwritable, saveStats } from './saved.ts';
import { statsJson } from './view-data.ts';
import { renderStatsMarkdown } from './view-text.ts';
import { statsViews } from './views.ts';

/** The code of `cachectl stats`. */
export const command: Command = defineCommand<StatsOptions>({
  parse: parseStats,
  run: async (options, context) => {
    switch (options.mode) {
      case 'watch':
        return (await import('./watch.ts')).runWatch(options, context);
      case 'repair':
        return runRepair(context);
      case 'once':
        return runOnce(options, context);
    }
  },
});

async function runOnce(options: StatsOptions, context: Context): Promise<Outcome> {
  const { host } = context;
  if (options.save !== undefined) await refuseUnwritable(options.save, host.cwd);
  const startedAt = host.clock.now();
  const began = host.clock.monotonicMs();
  const baseline =
    options.baseline === undefined ? undefined : await readSavedStats(options.baseline, host.cwd);
  const client = await context.redis();
  const measured = await measureRepaired(options, client, context);
  const facts = {
    target: client.target.location,
    database: client.target.database,
    startedAt,
    elapsedMs: host.clock.monotonicMs() - began,
    perNode: options.perNode,
    baseline,
    ...measured,
  };
  const report: StatsReport = {
    ...facts,
    verdicts: options.assertions.map(({ assertion }) =>
      evaluateAssertion(
        assertion,
        {
          read: (metric) => readMetric(facts, metric),
          ...(baseline && { baseline: (metric) => readSavedMetric(baseline, metric) }),
        },
        options.allowNoData,
      ),
    ),
  };
  const failure =
    options.save === undefined ? undefined : await saveStats(options.save, host.cwd, statsJson(report));
  if (report.verdicts.length > 0) {
    const { githubReport } = await import('../assertions/github.ts');
    const places = new Map(options.assertions.map(({ assertion, at }) => [assertion, at]));
    await tellGithub(context, () =>
      githubReport(report.verdicts, 'cachectl stats', renderStatsMarkdown(report), ({ assertion }) =>
        places.get(assertion),
      ),
    );
  }
  return { exitCode: statsExitCode(report), views: statsViews(report), failure };
}

/** The later reading's keys, memory and clients with the counters of the earlier one. */
function withGauges(counters: Reading, later: Reading): Reading {
  const [first, ...others] = counters.nodes.map(({ address, figures }): NodeFigures => {
    const now = later.nodes.find((node) => node.address === address)?.figures ?? figures;
    const { keys, keysWithoutTtl, memoryUsedBytes, memoryPeakBytes, clients } = now;
    return {
      address,
      figures: { ...figures, keys, keysWithoutTtl, memoryUsedBytes, memoryPeakBytes, clients },
    };
  });
  if (first === undefined) throw new Error('a reading without any primary');
  return { ...counters, nodes: [first, ...others] };
}

type Found = Pick<StatsReport, 'figures' | 'nodes' | 'sinceStart' | 'window' | 'lost' | 'groups'>;

/** Puts back first what a killed run has left; who listens to groups does so by itself. */
async function measureRepaired(options: StatsOptions, client: RedisClient, context: Context): Promise<Found> {
  if (options.groups?.sample !== undefined) return measure(options, client, context);
  if (options.groups !== undefined || options.intervalMs !== undefined) {
    await repairOnTheWay(client, context);
    return measure(options, client, context);
  }
  // There is hardly ever anything to put back: both at once, and once more where there was.
  const [measured, isRepaired] = await Promise.all([
    measure(options, client, context),
    repairOnTheWay(client, context),
  ]);
  return isRepaired ? measure(options, client, context) : measured;
}

async function measure(options: StatsOptions, client: RedisClient, context: Context): Promise<Found> {
  const now = (): number => context.host.clock.monotonicMs();
  const { intervalMs, groups: request } = options;
  const ofGroups = async (asked: GroupRequest): ReturnType<typeof measureGroups> =>
    (await import('./measure-groups.ts')).measureGroups(client, asked, context);
  let groups: Awaited<ReturnType<typeof measureGroups>> | undefined;
  let found: { readonly measured: Measured; readonly last: Reading };
  if (request?.sample !== undefined) {
    groups = await ofGroups(request);
    if (groups.ends === undefined) throw new Error('a capture without its ends');
    const { before, after } = groups.ends;
    // What is not counted but looked at is of now: during the capture the servers held its own note.
    const last = withGauges(after, await readFigures(client, now));
    found = { measured: between(before, last, 'capture'), last };
  } else {
    found = await readWindow(client, intervalMs, context, now);
    if (request !== undefined) groups = await ofGroups(request);
  }
  const { measured, last } = found;
  return {
    ...measured,
    sinceStart: last.nodes,
    lost: [...measured.lost, ...(groups?.lost ?? [])],
    groups: groups?.report,
  };
}

async function readWindow(
  client: RedisClient,
  intervalMs: number | undefined,
  context: Context,
  now: () => number,
): Promise<{ readonly measured: Measured; readonly last: Reading }> {
  const first = await readFigures(client, now);
  if (intervalMs === undefined) return { measured: sinceStart(first), last: first };
  const progress = context.progress({ label: 'measuring', unit: 's', total: Math.ceil(intervalMs / 1_000) });
  const timer = setInterval(() => progress.update((now() - first.at) / 1_000), 500);
  try {
    // Told to stop in the middle, it tells of the time until then.
    await pause(intervalMs, context.signal).catch(() => undefined);
  } finally {
    clearInterval(timer);
    progress.stop();
  }
  const last = await readFigures(client, now);
  return { measured: between(first, last), last };
}
