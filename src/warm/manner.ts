import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import { parseReportFile } from '../cli/report-file.ts';
import type { DefaultsSpec } from '../config/spec.ts';
import type { LockMode } from './lock.ts';
import { parseMaxFailures, type StopRule } from './stop-rule.ts';

/** How a run goes about its targets. */
export interface WarmManner {
  readonly concurrency: number;
  readonly concurrencyPerHost: number;
  readonly ratePerSecond: number | undefined;
  /** Find out how many requests at once the origin takes without slowing down. */
  readonly adaptive: boolean;
  /** What is there already is left alone, whatever life it has left. */
  readonly onlyMissing: boolean;
  /** Fetch and write whatever is there already. */
  readonly force: boolean;
  /** Call touched endpoints twice, and look whether the second answer comes from a cache. */
  readonly certify: boolean;
  readonly lock: LockMode;
  readonly stopRule: StopRule;
  readonly allowFailures: boolean;
  /** Keep what became of every target for the report. */
  readonly everyTarget: boolean;
  /** Absolute path of the page to write. */
  readonly htmlReport: string | undefined;
}

/** More connections than this hurt every origin, and find no file descriptors here. */
const MOST_CONCURRENCY = 1_024;

const LOCK_MODES = ['wait', 'skip', 'off'] as const satisfies readonly LockMode[];

/** @throws UsageError for flags that do not fit, or contradict each other */
export function parseManner(input: Input, defaults: DefaultsSpec, cwd: string): WarmManner {
  const concurrency =
    input.wholeNumber('concurrency', { min: 1, max: MOST_CONCURRENCY }) ??
    Math.min(defaults.concurrency, MOST_CONCURRENCY);
  if (input.on('force') && input.on('only-missing')) {
    throw new UsageError('--force and --only-missing contradict each other');
  }
  const htmlReport = parseReportFile(input, cwd);
  if (htmlReport !== undefined && input.on('dry-run')) {
    throw new UsageError('--report is of what was warmed, and --dry-run warms nothing');
  }
  return {
    concurrency,
    concurrencyPerHost: Math.min(
      concurrency,
      input.wholeNumber('concurrency-per-host', { min: 1, max: MOST_CONCURRENCY }) ??
        defaults.concurrencyPerHost ??
        concurrency,
    ),
    ratePerSecond: input.ratePerSecond('rate') ?? defaults.ratePerSecond,
    adaptive: input.on('adaptive') || (defaults.adaptive ?? false),
    onlyMissing: input.on('only-missing'),
    force: input.on('force'),
    certify: input.on('certify'),
    lock: input.choice('lock', LOCK_MODES) ?? 'wait',
    stopRule: parseStopRule(input),
    allowFailures: input.on('allow-failures'),
    everyTarget: input.on('targets'),
    htmlReport,
  };
}

function parseStopRule(input: Input): StopRule {
  const most = input.text('max-failures');
  if (!input.on('stop-on-failure')) return most === undefined ? { kind: 'never' } : parseMaxFailures(most);
  if (most !== undefined) {
    throw new UsageError('--stop-on-failure and --max-failures contradict each other', {
      hint: '--stop-on-failure is --max-failures 0',
    });
  }
  return { kind: 'count', most: 0 };
}
