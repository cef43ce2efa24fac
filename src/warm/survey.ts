import { setImmediate } from 'node:timers/promises';
import { UsageError, type CachectlError } from '../cli/errors.ts';
import type { ForeachSpec } from '../config/foreach.ts';
import type { EntrySpec } from '../config/spec.ts';
import { Coverage, type CoverageResult } from './coverage.ts';
import { expandBatches } from './expand.ts';
import type { TargetSettings } from './build-target.ts';
import type { Failure } from './failure.ts';
import type { KeyDigest } from './key-digest.ts';
import type { OpenScope } from './plan.ts';
import { FirstLook, type KeyCheck, type SeenKeys } from './seen-keys.ts';
import type { Target } from './target.ts';

/** What a plan will do, found by expanding it without acting on it. */
export interface Survey {
  /** False where the plan has more targets than were counted. */
  readonly complete: boolean;
  readonly targets: number;
  readonly merged: number;
  readonly scopes: readonly ScopeSurvey[];
  /** What will not become a target. */
  readonly failures: readonly Failure[];
  /** Of access logs, as far as it was counted. */
  readonly coverage: readonly CoverageResult[];
  /** The keys that come more than once, or may do so: all that another walk has to remember. None usually. */
  readonly repeated: SeenKeys | undefined;
}

/** One scope of a {@link Survey}. */
export interface ScopeSurvey {
  readonly scope: string;
  readonly targets: number;
  readonly entries: readonly EntrySurvey[];
}

/** One entry of a {@link Survey}, with its first targets. */
export interface EntrySurvey {
  readonly entry: EntrySpec;
  readonly targets: number;
  readonly first: readonly Target[];
}

/** How far to look. */
export interface SurveyOptions {
  readonly settings: TargetSettings;
  readonly maxTargets: number;
  /** First targets of each entry to keep. */
  readonly samples: number;
  readonly signal: AbortSignal;
  /** Told of all targets so far. */
  readonly onCount?: (targets: number) => void;
  /** Of the first look; of keys by themselves unless given. */
  readonly digest?: KeyDigest;
}

const MOST_FAILURES = 10_000;

/**
 * Counts the targets of opened scopes; ends early, `complete: false`, at the most targets or an abort. Where keys
 * seem to come more than once, which few plans have, everything is walked a second time to tell which do.
 */
export async function surveyScopes(scopes: readonly OpenScope[], options: SurveyOptions): Promise<Survey> {
  const look = new FirstLook(options.digest);
  const first = await countTargets(scopes, options, look);
  const { repeated } = look;
  if (repeated === undefined || options.signal.aborted) return { ...first, repeated };
  // How many there are about was told already.
  const second = await countTargets(scopes, { ...options, onCount: () => undefined }, repeated);
  return { ...second, repeated };
}

async function countTargets(
  scopes: readonly OpenScope[],
  options: SurveyOptions,
  seen: KeyCheck,
): Promise<Omit<Survey, 'repeated'>> {
  const coverage = new Coverage();
  const failures: Failure[] = [];
  let targets = 0;
  let merged = 0;
  let complete = !options.signal.aborted;
  const onFailure = (failure: Failure): void =>
    void (failures.length < MOST_FAILURES && failures.push(failure));
  const surveyed: ScopeSurvey[] = [];
  for (const open of scopes) {
    const entries = new Map<EntrySpec, { targets: number; first: Target[] }>(
      open.entries.map(({ entry }) => [entry, { targets: 0, first: [] }]),
    );
    let ofScope = 0;
    const expansion = expandBatches(open, {
      settings: options.settings,
      seen,
      onFailure,
      onMerged: () => void merged++,
    });
    for await (const batch of expansion) {
      const counting = batch.slice(0, options.maxTargets - targets);
      for (const target of counting) {
        coverage.add(target);
        const counted = entries.get(target.entry);
        if (counted === undefined) continue;
        counted.targets++;
        if (counted.first.length < options.samples) counted.first.push(target);
      }
      targets += counting.length;
      ofScope += counting.length;
      options.onCount?.(targets);
      if (counting.length < batch.length || options.signal.aborted) {
        complete = false;
        break;
      }
      // Expansion alone may never wait for anything: signals get their turn.
      await setImmediate();
    }
    surveyed.push({
      scope: open.scope.name,
      targets: ofScope,
      entries: Array.from(entries, ([entry, counted]) => ({ entry, ...counted })),
    });
    if (!complete) break;
  }
  return { complete, targets, merged, scopes: surveyed, failures, coverage: coverage.results() };
}

/** What gives values that somebody wrote down; the others give what an application has, and fail alone. */
const OWN_SOURCES: ReadonlySet<ForeachSpec['from']> = new Set(['inline', 'range', 'file']);

const MISTAKES_SHOWN = 10;

/**
 * Stops a run for mistakes that somebody can correct: keys that two requests claim, and values written in the
 * spec file or a file that it names that do not fit. Values that the origin, Redis or a log gave fail alone.
 * @throws UsageError with the first mistakes
 */
export function refuseMistakes(survey: Pick<Survey, 'failures'>): void {
  const mistakes = survey.failures
    .filter(({ error, entry }) => isMistake(error, entry))
    .map(({ error }) => error);
  const [first] = mistakes;
  if (first === undefined) return;
  const messages = [...new Set(mistakes.map((error) => error.message))];
  const more = messages.length - MISTAKES_SHOWN;
  const lines = [...messages.slice(0, MISTAKES_SHOWN), ...(more > 0 ? [`and ${more} more`] : [])];
  throw new UsageError(lines.join('\n'), { code: first.code, hint: first.hint });
}

function isMistake(error: CachectlError, entry: EntrySpec): boolean {
  if (error.code === 'warm.duplicate-key') return true;
  const ownValues = (entry.foreach ?? []).every(({ from }) => OWN_SOURCES.has(from));
  return error.code === 'warm.value' && ownValues;
}
