import { randomUUID } from 'node:crypto';
import type { Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import type { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { tellGithub } from '../cli/github-actions.ts';
import { writeReportFile } from '../cli/report-file.ts';
import type { EntrySpec } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import type { GentleClient } from '../origin/gentle.ts';
import type { RetryPolicy } from '../origin/retry.ts';
import type { RedisClient } from '../redis/types.ts';
import { warmAnnotations } from './annotations.ts';
import type { TargetSettings } from './build-target.ts';
import { Coverage, withCoverage } from './coverage.ts';
import { expandBatches } from './expand.ts';
import { takeLocks, type HeldLocks } from './lock.ts';
import type { WarmManner } from './manner.ts';
import type { NextVersions } from './next-version.ts';
import { splitIntoWaves } from './order.ts';
import { notActivated } from './versions.ts';
import type { OpenScope } from './plan.ts';
import type { PreparedFill } from './prepare-fill.ts';
import { renderHtml } from './report-html.ts';
import { exitCodeOf, groupFailures, type WarmReport } from './report.ts';
import { warmViews } from './report-view.ts';
import type { SeenKeys } from './seen-keys.ts';
import { describeRule } from './stop-rule.ts';
import type { Survey } from './survey.ts';
import type { Tally } from './tally.ts';
import type { Target } from './target.ts';
import { WarmRun } from './warm-run.ts';

/** A checked plan, and what it takes to carry it out. */
export interface WarmWork {
  readonly opened: readonly OpenScope[];
  readonly survey: Survey;
  readonly settings: TargetSettings;
  readonly manner: WarmManner;
  readonly redis: RedisClient;
  readonly origin: GentleClient;
  readonly retry: RetryPolicy;
  readonly prepared: ReadonlyMap<EntrySpec, PreparedFill>;
  readonly tally: Tally;
  /** The versions that are filled and then switched to, where that was asked for. */
  readonly next?: NextVersions | undefined;
}

/** Warms every target of the plan, and reports what became of it. */
export async function warmScopes(work: WarmWork, context: Context): Promise<Outcome> {
  const { tally, manner } = work;
  const locks = await lockScopes(work, context);
  let redisLost: CachectlError | undefined;
  try {
    const startedAt = context.host.clock.monotonicMs();
    const opened = work.opened.filter(({ scope }) => !locks.skipped.has(scope.name));
    const survey = work.survey.scopes.filter(({ scope }) => !locks.skipped.has(scope));
    const planned = work.survey.complete ? survey.reduce((sum, { targets }) => sum + targets, 0) : undefined;
    // Loaded already, by the connection itself.
    const { isConnectionFailure } = await import('../redis/translate-error.ts');
    const isFatal = (error: CachectlError): boolean =>
      error.code.startsWith('redis.') && isConnectionFailure(error);
    const coverage = new Coverage();
    const run = new WarmRun(work, context, {
      planned,
      isFatal,
      onWarm: (target) => {
        coverage.add(target);
        work.next?.warm(target);
      },
    });
    const seen = work.survey.repeated;
    seen?.restart();
    const [first = [], ...later] = splitIntoWaves(opened);
    let ended = await run.execute(expandAll(first, seen, work));
    for (const wave of later) if (ended.finished) ended = await run.execute(expandAll(wave, seen, work));
    redisLost = ended.redisLost;
    const isWhole = ended.finished && !context.signal.aborted && locks.skipped.size === 0;
    const elapsedMs = context.host.clock.monotonicMs() - startedAt;
    const report: WarmReport = {
      into: work.redis.target.location,
      specPath: work.settings.specPath,
      touchesOnly: onlyTouches(opened, work.prepared),
      interrupted: context.signal.aborted,
      elapsedMs,
      retries: tally.retries,
      secondChances: tally.secondChances,
      locked: [...locks.skipped],
      stoppedBy: ended.stoppedByRule ? describeRule(manner.stopRule) : undefined,
      scopes: tally
        .results(work.survey.complete ? survey : undefined, ended.finished)
        .filter(({ scope }) => !locks.skipped.has(scope)),
      slowest: tally.slowest,
      loads: work.origin.loads(),
      refusals: groupFailures(tally.refusals),
      failures: groupFailures(tally.failures),
      failuresOmitted: tally.failed + tally.refused - tally.failures.length - tally.refusals.length,
      targets: ended.records,
      namespaces: (await work.next?.finish(isWhole, redisLost !== undefined)) ?? [],
    };
    await tellGithub(context, () => ({ annotations: warmAnnotations(report) }));
    const unwritten = await writeReport(report, manner, context);
    const failure = redisLost ?? notActivated(report.namespaces) ?? unwritten;
    const views = withCoverage(warmViews(report), coverage.results());
    return { exitCode: exitCode(report, work), views, ...(failure && { failure }) };
  } finally {
    // Locks that cannot be given back run out; asking a server that is gone would only take time.
    if (redisLost !== undefined) locks.forget();
    else await locks.release();
  }
}

function onlyTouches(opened: readonly OpenScope[], prepared: WarmWork['prepared']): boolean {
  const entries = opened.flatMap((scope) => scope.entries);
  return entries.length > 0 && entries.every(({ entry }) => prepared.get(entry)?.fill.mode === 'touch');
}

function exitCode(report: WarmReport, { tally, manner }: WarmWork): ExitCode {
  if (report.stoppedBy !== undefined) return ExitCode.partial;
  return manner.allowFailures ? ExitCode.ok : exitCodeOf(tally);
}

async function lockScopes(work: WarmWork, context: Context): Promise<HeldLocks> {
  const { lock } = work.manner;
  if (lock === 'off') {
    return { skipped: new Set(), release: () => Promise.resolve(), forget: () => undefined };
  }
  const locks = await takeLocks(
    work.opened.map(({ scope }) => scope.name),
    {
      client: work.redis,
      layout: work.settings.layout,
      token: randomUUID(),
      mode: lock,
      signal: context.signal,
      onWait: (scope) =>
        context.messages.note(
          `another run is warming scope ${escapeText(scope)}; waiting for it (--lock wait)`,
        ),
      onTrouble: (message) => context.messages.warn(message),
    },
  );
  for (const scope of locks.skipped) {
    context.messages.warn(`another run is warming scope ${escapeText(scope)}: left to it (--lock skip)`);
  }
  return locks;
}

async function* expandAll(
  wave: readonly OpenScope[],
  seen: SeenKeys | undefined,
  { settings, tally, next }: WarmWork,
): AsyncGenerator<readonly Target[], void, void> {
  for (const open of wave) {
    const batches = expandBatches(open, {
      settings,
      seen,
      onFailure: (failure) => {
        tally.fail(failure);
        next?.failed(failure);
      },
      onMerged: (target) => tally.merge(target.scope),
    });
    for await (const targets of batches) {
      if (next !== undefined) for (const target of targets) next.planned(target);
      yield targets;
    }
  }
}

async function writeReport(
  report: WarmReport,
  { htmlReport }: WarmManner,
  context: Context,
): Promise<CachectlError | undefined> {
  if (htmlReport === undefined) return undefined;
  return writeReportFile(htmlReport, renderHtml(report, context.host.clock.now()), 'warm');
}
