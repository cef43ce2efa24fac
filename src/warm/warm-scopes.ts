import type { Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import type { CachectlError } from '../cli/errors.ts';
import type { RedisClient } from '../redis/types.ts';
import { formatCount } from '../units/number.ts';
import type { TargetSettings } from './build-target.ts';
import { Coverage, withCoverage } from './coverage.ts';
import { executeWarm } from './execute.ts';
import { expandScope } from './expand.ts';
import { fetchTarget, type FetchDeps } from './fetch-target.ts';
import { splitIntoWaves } from './order.ts';
import type { OpenScope } from './plan.ts';
import { exitCodeOf, groupFailures } from './report.ts';
import { warmViews } from './report-view.ts';
import { SeenKeys } from './seen-keys.ts';
import { createStore } from './store.ts';
import type { Survey } from './survey.ts';
import type { Tally } from './tally.ts';
import type { Target } from './target.ts';

/** A checked plan, and what it takes to carry it out. */
export interface WarmWork {
  readonly opened: readonly OpenScope[];
  readonly survey: Survey;
  readonly settings: TargetSettings;
  readonly concurrency: number;
  readonly redis: RedisClient;
  readonly fetch: FetchDeps;
  readonly tally: Tally;
}

/** Requests and stores every target of the plan, and reports what became of it. */
export async function warmScopes(work: WarmWork, context: Context): Promise<Outcome> {
  const { tally, survey, redis } = work;
  const startedAt = context.host.clock.monotonicMs();
  const progress = context.progress({
    label: 'warming',
    unit: 'targets',
    total: survey.complete ? survey.targets : undefined,
  });
  const store = createStore(redis, context.host.random);
  // Loaded already, by the connection itself.
  const { isConnectionFailure } = await import('../redis/translate-error.ts');
  const coverage = new Coverage();
  const seen = unseenKeys(survey);
  let failure: CachectlError | undefined;
  const warmWave = (wave: readonly OpenScope[]): Promise<boolean> =>
    executeWarm(expandAll(wave, seen, work), {
      concurrency: work.concurrency,
      tally,
      signal: context.signal,
      isFatal: (error) => {
        const isFatal = error.code.startsWith('redis.') && isConnectionFailure(error);
        if (isFatal) failure ??= error;
        return isFatal;
      },
      onProgress: () =>
        progress.update(
          tally.stored + tally.failed,
          tally.failed === 0 ? undefined : `${formatCount(tally.failed)} failed`,
        ),
      warm: async (target, signal) => {
        const { body } = await fetchTarget(target, work.fetch, signal);
        await store.put(target, body);
        coverage.add(target);
        return body.length;
      },
    });
  let finished = true;
  for (const wave of splitIntoWaves(work.opened)) finished &&= await warmWave(wave);
  progress.stop();
  return {
    exitCode: exitCodeOf(tally),
    failure,
    views: withCoverage(
      warmViews({
        into: redis.target.location,
        specPath: work.settings.specPath,
        interrupted: context.signal.aborted,
        elapsedMs: context.host.clock.monotonicMs() - startedAt,
        retries: tally.retries,
        scopes: tally.results(survey.complete ? survey.scopes : undefined, finished),
        failures: groupFailures(tally.failures),
        failuresOmitted: tally.failed - tally.failures.length,
      }),
      coverage.results(),
    ),
  };
}

/** A complete survey has looked at every key already: where none came twice, none will. */
function unseenKeys(survey: Survey): SeenKeys | undefined {
  return survey.complete && survey.merged === 0 ? undefined : new SeenKeys();
}

async function* expandAll(
  wave: readonly OpenScope[],
  seen: SeenKeys | undefined,
  { settings, tally }: WarmWork,
): AsyncGenerator<Target, void, void> {
  for (const open of wave) {
    yield* expandScope(open, {
      settings,
      seen,
      onFailure: (failure) => tally.fail(failure),
      onMerged: (target) => tally.merge(target.scope),
    });
  }
}
