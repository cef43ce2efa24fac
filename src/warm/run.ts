import type { Assertion } from '../assertions/assertion.ts';
import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import type { Input } from '../cli/input.ts';
import { refuseUnwritableReport } from '../cli/report-file.ts';
import { redactUrl } from '../config/redact.ts';
import type { ScopeSpec } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import { DEFAULT_MAX_BODY_BYTES } from '../origin/limits.ts';
import { getWithRetries, type RetryPolicy } from '../origin/retry.ts';
import { gentleClient } from '../origin/gentle.ts';
import type { OriginClient } from '../origin/types.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf } from '../units/number.ts';
import { entryPlace, requestUrl, type TargetSettings } from './build-target.ts';
import { parseManner, type WarmManner } from './manner.ts';
import { parseLimits, type ScopeLimits } from './limits.ts';
import { orderScopes } from './order.ts';
import type { NextVersions } from './next-version.ts';
import { openVersions, parseActivation, warnIfMoved } from './versions.ts';
import { openScopes, type AcceptsVariables, type OpenScope } from './plan.ts';
import { withCoverage } from './coverage.ts';
import { planViews } from './plan-view.ts';
import { prepareFills } from './prepare-fill.ts';
import { exitCodeOf } from './report.ts';
import { chooseScopes } from './scopes.ts';
import type { AskOrigin } from './sources/source.ts';
import { createSourceTools } from './source-tools.ts';
import { refuseMistakes, surveyScopes, type Survey } from './survey.ts';
import { Tally } from './tally.ts';
import { warmScopes } from './warm-scopes.ts';
import { parseWhereFlags } from './where-flags.ts';

/** What one run warms, and how. */
export interface WarmOptions {
  readonly scopes: readonly ScopeSpec[];
  readonly settings: TargetSettings;
  /** The most targets of each scope, from the command line. */
  readonly limits: ScopeLimits;
  /** Only targets that it accepts. */
  readonly accepts: AcceptsVariables | undefined;
  readonly manner: WarmManner;
  readonly retries: number;
  readonly dryRun: boolean;
  /** Fill the next versions of the namespaces, and switch to them under this condition. */
  readonly activateIf: Assertion | undefined;
}

/** So many targets are counted and checked before the first request: some twenty seconds for all of them. */
const MOST_CHECKED = 4_000_000;
const SAMPLES = 3;

/** `cachectl warm`. */
export const command = defineCommand<WarmOptions>({ parse: parseLine, run: runWarm });

function parseLine(input: Input, context: Context): WarmOptions {
  const { format } = context.options;
  if (input.on('targets') && format !== 'json' && format !== 'ndjson') {
    throw new UsageError('--targets goes with --json', {
      hint: '-o ndjson streams the targets of a large run',
    });
  }
  if (input.on('dry-run')) {
    refuseIdle(input, ['targets'], 'is about what became of each target, and --dry-run only plans');
    if (format === 'ndjson') {
      throw new UsageError('--dry-run has no output format "ndjson"', {
        hint: 'it has table, json, csv, markdown',
      });
    }
  }
  return parseWarm(input, context);
}

/** @throws UsageError for flags that do not fit, unknown scopes, and a spec file without an origin */
export function parseWarm(input: Input, context: Pick<Context, 'spec' | 'layout' | 'host'>): WarmOptions {
  if (context.spec === undefined) throw new UsageError('warm needs a spec file: it says what to warm');
  const { spec, path } = context.spec;
  const manner = parseManner(input, spec.defaults, context.host.cwd);
  const scopes = orderScopes(chooseScopes(spec, input.texts('scope')));
  const limits = parseLimits(input.texts('limit'), scopes);
  const activateIf = parseActivation(input, scopes, spec);
  if (spec.origin === undefined) {
    throw new UsageError(`${escapeText(path)} does not say where the application is`, {
      hint: 'origin: { base_url: "http://127.0.0.1:8000" }',
    });
  }
  return {
    scopes,
    settings: {
      specPath: path,
      origin: spec.origin,
      defaults: spec.defaults,
      layout: context.layout,
      versions: new Map(),
    },
    limits,
    accepts: parseWhereFlags(input.texts('where'), scopes),
    manner,
    retries: spec.defaults.retries,
    dryRun: input.on('dry-run'),
    activateIf,
  };
}

async function runWarm(asked: WarmOptions, context: Context): Promise<Outcome> {
  await refuseUnwritableReport(asked.manner.htmlReport);
  const opened = await openVersions(asked, context);
  try {
    const settings = { ...asked.settings, versions: opened.places };
    const outcome = await warmVersions({ ...asked, settings }, opened.next, context);
    if (!asked.dryRun && opened.next === undefined) await warnIfMoved(opened.places, context);
    return outcome;
  } finally {
    await opened.next?.close();
  }
}

async function warmVersions(
  options: WarmOptions,
  next: NextVersions | undefined,
  context: Context,
): Promise<Outcome> {
  const { manner, settings } = options;
  const prepared = await prepareFills(options.scopes, settings.origin.headers, settings.specPath);
  // Before any request: an origin must not work for a cache that is not there.
  const redis = options.dryRun ? undefined : await context.redis();
  const { createOriginClient } = await import('../origin/client.ts');
  const client = createOriginClient({
    connections: manner.concurrencyPerHost,
    connectTimeoutMs: settings.defaults.connectTimeoutMs,
    allowedHosts: settings.origin.allowedHosts,
  });
  const origin = gentleClient(client, { ...manner, ...context.host });
  const tally = new Tally(
    options.scopes.map(({ name }) => name),
    () => context.host.clock.monotonicMs(),
  );
  const retry: RetryPolicy = {
    retries: options.retries,
    random: context.host.random,
    now: () => context.host.clock.now(),
    onRetry: ({ number, delayMs, cause }) => {
      tally.retries++;
      context.messages.verbose(`retry ${number} in ${formatDurationMs(delayMs)}: ${cause}`);
    },
  };
  try {
    const ask = createAsk(options, origin, retry, context);
    const { survey, opened } = await surveyPlan(options, ask, context);
    refuseMistakes(survey);
    warnOfEmptyEntries(survey, opened, options, context);
    if (redis === undefined) return planOutcome(survey, options, tally);
    return await warmScopes(
      {
        opened,
        survey,
        settings,
        manner,
        redis,
        origin,
        retry,
        prepared,
        tally,
        next,
      },
      context,
    );
  } finally {
    await origin.close();
  }
}

function createAsk(
  options: WarmOptions,
  origin: OriginClient,
  retry: RetryPolicy,
  context: Context,
): AskOrigin {
  return async (path) => {
    const url = requestUrl(options.settings.origin.baseUrl, path);
    context.messages.verbose(`asking the source ${escapeText(redactUrl(url))}`);
    const request = {
      url,
      headers: options.settings.origin.headers,
      timeoutMs: options.settings.defaults.timeoutMs,
      maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    };
    return getWithRetries(origin, request, retry, context.signal);
  };
}

/** Asks all sources and counts what they give; shows how far that is, because a long log takes its time. */
async function surveyPlan(
  options: WarmOptions,
  ask: AskOrigin,
  context: Context,
): Promise<{ readonly survey: Survey; readonly opened: readonly OpenScope[] }> {
  const progress = context.progress({ label: 'reading the sources', unit: 'targets' });
  let bytes = 0;
  const onBytes = (more: number): void => {
    bytes += more;
    progress.update(0, `${formatBytes(bytes)} of logs`);
  };
  try {
    const opened = await openScopes(options.scopes, {
      ...options,
      concurrency: options.manner.concurrency,
      tools: { ...createSourceTools(context, options.settings, ask), onBytes },
      signal: context.signal,
    });
    const survey = await surveyScopes(opened, {
      settings: options.settings,
      maxTargets: MOST_CHECKED,
      samples: options.dryRun ? SAMPLES : 0,
      signal: context.signal,
      onCount: (targets) => progress.update(targets),
    });
    return { survey, opened };
  } finally {
    progress.stop();
  }
}

function planOutcome(survey: Survey, options: WarmOptions, tally: Tally): Outcome {
  for (const failure of survey.failures) tally.fail(failure);
  const exitCode = exitCodeOf({
    warm: survey.targets,
    failed: tally.failed,
    refused: 0,
    unreachable: tally.unreachable,
    denied: 0,
  });
  return { exitCode, views: withCoverage(planViews(survey, options.settings.specPath), survey.coverage) };
}

/** "It ran, and nothing is cached" must not be a surprise. */
function warnOfEmptyEntries(
  survey: Survey,
  opened: readonly OpenScope[],
  options: WarmOptions,
  context: Context,
): void {
  if (!survey.complete || survey.merged > 0) return;
  // An entry that a condition leaves nothing of is what the condition is for; a whole run of nothing is not.
  if (options.accepts !== undefined) {
    if (survey.targets === 0 && survey.failures.length === 0)
      context.messages.warn('no target meets --where');
    return;
  }
  for (const [index, scope] of survey.scopes.entries()) {
    if (scope.targets >= (opened[index]?.limit ?? Number.POSITIVE_INFINITY)) continue;
    const failed = new Set(survey.failures.map(({ entry }) => entry));
    const empty = scope.entries.filter(({ entry, targets }) => targets === 0 && !failed.has(entry));
    for (const { entry } of empty) {
      context.messages.warn(
        `${entryPlace(options.settings.specPath, entry)}: no targets, its source gave no values`,
      );
    }
    if (scope.entries.length === 0)
      context.messages.warn(`scope ${escapeText(scope.scope)} has ${countOf(0, 'entry', 'entries')}`);
  }
}
