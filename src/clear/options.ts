import { UsageError } from '../cli/errors.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import type { Input } from '../cli/input.ts';
import type { PaceLimits } from '../pace/pace.ts';
import { parsePace } from '../pace/parse.ts';
import { hasSelection, parseSelection } from '../selection/parse.ts';
import { asksServer, hasFilter, type Selection } from '../selection/selection.ts';

/** Where the keys to clear come from. */
export type ClearSource = { readonly kind: 'selection'; readonly selection: Selection } | PlanSource;

/** A plan that was written before; nothing but what is in it. */
export interface PlanSource {
  readonly kind: 'plan';
  readonly path: string;
  readonly maxAgeMs: number;
}

/** What a run of `clear` is to do. */
export interface ClearOptions extends RemovalOptions {
  readonly source: ClearSource;
}

/** How keys are removed, wherever it was said which. */
export interface RemovalOptions {
  readonly dryRun: boolean;
  /** Writes the plan there instead of removing anything. */
  readonly planFile: string | undefined;
  /** More than this many keys are not removed at all. */
  readonly maxKeys: number | undefined;
  readonly how: ClearManner;
  readonly backup: string | undefined;
  readonly resume: string | undefined;
  readonly audit: string | undefined;
  readonly pace: PaceLimits;
  readonly yes: boolean;
  readonly confirm: string | undefined;
}

/** In which manner keys go. */
export type ClearManner =
  | { readonly kind: 'remove' }
  | { readonly kind: 'flush' }
  /** They expire by themselves, spread over this many milliseconds. */
  | { readonly kind: 'soft'; readonly windowMs: number }
  /** Chunk by chunk, each warmed again before the next. */
  | { readonly kind: 'rewarm'; readonly chunk: number; readonly maxFailures: number };

const DEFAULT_MAX_AGE_MS = 3_600_000;
const DEFAULT_CHUNK = 200;

/** @throws UsageError */
export function parseClear(input: Input): ClearOptions {
  const options: ClearOptions = { source: parseSource(input), ...parseRemoval(input) };
  refuseContradictions(options);
  return options;
}

/**
 * The flags that say how.
 * @throws UsageError
 */
export function parseRemoval(input: Input): RemovalOptions {
  if (input.has('plan'))
    refuseIdle(
      input,
      ['backup', 'soft', 'rewarm', 'flush', 'resume', 'rate', 'audit'],
      'is about removing, and --plan writes down which keys would go',
      'give it with --apply FILE, which removes them',
    );
  const options: RemovalOptions = {
    dryRun: input.on('dry-run'),
    planFile: input.text('plan'),
    maxKeys: input.wholeNumber('max-keys', { min: 0 }),
    how: parseManner(input),
    backup: input.text('backup'),
    resume: input.text('resume'),
    audit: input.text('audit'),
    pace: parsePace(input),
    yes: input.on('yes'),
    confirm: input.text('confirm'),
  };
  if (options.how.kind === 'soft' && options.backup !== undefined)
    throw new UsageError('--soft removes nothing, so there is nothing to back up');
  return options;
}

function parseSource(input: Input): ClearSource {
  const plan = parseApply(input);
  if (plan !== undefined) {
    if (hasSelection(input)) throw planStandsAlone();
    return plan;
  }
  const example = 'cachectl clear --pattern "user:*" --dry-run';
  return { kind: 'selection', selection: parseSelection(input, { verb: 'clear', example }) };
}

/**
 * The flags that name a plan.
 * @throws UsageError
 */
export function parseApply(input: Input): PlanSource | undefined {
  const path = input.text('apply');
  const maxAgeMs = input.durationMs('max-age');
  if (path !== undefined) {
    if (input.has('plan')) throw new UsageError('--plan and --apply contradict each other');
    return { kind: 'plan', path, maxAgeMs: maxAgeMs ?? DEFAULT_MAX_AGE_MS };
  }
  if (maxAgeMs !== undefined) throw new UsageError('--max-age goes with --apply');
  return undefined;
}

/** Beside a plan there is nothing to select. */
export function planStandsAlone(): UsageError {
  return new UsageError('--apply stands alone: the plan says which keys');
}

function parseManner(input: Input): ClearManner {
  const manners = ['flush', 'soft', 'rewarm'].filter((name) => input.has(name));
  if (manners.length > 1)
    throw new UsageError(`${manners.map((name) => `--${name}`).join(' and ')} contradict each other`);
  const chunk = input.wholeNumber('chunk', { min: 1, max: 100_000 });
  const maxFailures = input.wholeNumber('max-failures', { min: 0 });
  if (!input.on('rewarm') && (chunk !== undefined || maxFailures !== undefined))
    throw new UsageError('--chunk and --max-failures go with --rewarm');
  const windowMs = input.durationMs('soft');
  if (windowMs !== undefined) return { kind: 'soft', windowMs };
  if (input.on('flush')) {
    if (input.has('rate') || input.has('max-latency'))
      throw new UsageError('--flush is one command, and so has no pace: leave out --rate and --max-latency');
    return { kind: 'flush' };
  }
  if (!input.on('rewarm')) return { kind: 'remove' };
  return { kind: 'rewarm', chunk: chunk ?? DEFAULT_CHUNK, maxFailures: maxFailures ?? 0 };
}

function refuseContradictions(options: ClearOptions): void {
  const { source, how, backup, resume } = options;
  const selection = source.kind === 'selection' ? source.selection : undefined;
  if (how.kind === 'flush') {
    if (selection?.all !== true || hasFilter(selection) || selection.excludes.length > 0)
      throw new UsageError('--flush goes with --all alone: it empties the whole database');
    if (backup !== undefined || resume !== undefined)
      throw new UsageError('--flush cannot be backed up or resumed: it is one command', {
        hint: 'leave --flush out: --all --backup FILE removes key by key',
      });
  }
  if (how.kind === 'rewarm') {
    const onlyScopes =
      selection !== undefined &&
      selection.scopes.length > 0 &&
      [selection.keys, selection.patterns, selection.tags, selection.addresses].every(
        (list) => list.length === 0,
      ) &&
      selection.keysFrom === undefined;
    if (!onlyScopes) throw new UsageError('--rewarm goes with --scope: warm must know how to fill the keys');
    if (asksServer(selection) || selection.limit !== undefined)
      throw new UsageError('--rewarm takes --exclude and --regex, and no other condition');
    if (resume !== undefined) throw new UsageError('--rewarm cannot be resumed: run it again');
  }
  refuseResumedLimit(resume, selection);
}

/** @throws UsageError */
export function refuseResumedLimit(resume: string | undefined, selection: Selection | undefined): void {
  if (resume !== undefined && selection?.limit !== undefined)
    throw new UsageError('--limit cannot be resumed: how many are left is not known');
}
