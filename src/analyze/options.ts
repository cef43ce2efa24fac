import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import { parseReportFile } from '../cli/report-file.ts';
import type { PaceLimits } from '../pace/pace.ts';
import { parsePace } from '../pace/parse.ts';
import { parseSelection } from '../selection/parse.ts';
import type { Selection } from '../selection/selection.ts';
import { parsePercent } from '../units/number.ts';
import { SEPARATORS } from '../keys/separators.ts';
import type { HotRequest } from './hot.ts';
import type { SampleSize } from './read-keys.ts';

/** What `analyze` was asked for. */
export interface AnalyzeOptions {
  readonly selection: Selection;
  readonly size: SampleSize;
  readonly depth: number;
  readonly separators: Uint8Array;
  readonly top: number;
  /** Of MEMORY USAGE; the server's own 5 where absent. */
  readonly samples: number | undefined;
  readonly idle: boolean;
  readonly advise: boolean;
  readonly pace: PaceLimits;
  /** Whether to find out what is used most: by the servers' own counters, and by listening first where that is said. */
  readonly hot: { readonly listen: Omit<HotRequest, 'separators'> | undefined } | undefined;
  /** Absolute. */
  readonly reportFile: string | undefined;
}

export const DEFAULT_DEPTH = 2;
export const DEFAULT_TOP = 10;

/** @throws UsageError */
export function parseAnalyze(input: Input, { host }: Pick<Context, 'host'>): AnalyzeOptions {
  return {
    selection: parseSelection(input, { verb: 'analyze', example: 'cachectl analyze', emptyMeansAll: true }),
    size: parseSize(input.text('sample')),
    depth: input.wholeNumber('depth', { min: 1, max: 16 }) ?? DEFAULT_DEPTH,
    separators: parseSeparators(input.text('separator')),
    top: input.wholeNumber('top', { min: 1, max: 1_000 }) ?? DEFAULT_TOP,
    samples: input.wholeNumber('samples', { min: 0 }),
    idle: input.on('idle'),
    advise: input.on('advise'),
    pace: parsePace(input),
    hot: parseHot(input),
    reportFile: parseReportFile(input, host.cwd),
  };
}

const DEFAULT_MAX_EVENTS = 1_000_000;

function parseHot(input: Input): AnalyzeOptions['hot'] {
  const durationMs = input.waitMs('hot');
  const maxEvents = input.wholeNumber('max-events', { min: 1 });
  if (durationMs === undefined && (maxEvents !== undefined || input.on('yes')))
    throw new UsageError('--max-events and --yes go with listening', {
      hint: 'say for how long with --hot 10s',
    });
  if (!input.has('hot')) return undefined;
  if (durationMs === undefined) return { listen: undefined };
  return { listen: { durationMs, maxEvents: maxEvents ?? DEFAULT_MAX_EVENTS, yes: input.on('yes') } };
}

/** `1%` or `10000`. */
function parseSize(text: string | undefined): SampleSize {
  if (text === undefined) return { kind: 'all' };
  const fraction = parsePercent(text);
  if (fraction !== undefined && fraction > 0) return { kind: 'fraction', fraction };
  const keys = /^\d{1,15}$/.test(text.trim()) ? Number(text) : 0;
  if (keys > 0) return { kind: 'keys', keys };
  throw new UsageError(`--sample takes a part such as 1% or a number of keys such as 10000, not "${text}"`);
}

function parseSeparators(text: string | undefined): Uint8Array {
  if (text === undefined) return SEPARATORS;
  if (!/^[!-/:-@[-`{-~]+$/.test(text)) {
    throw new UsageError(`--separator takes one or more of the characters between words, not "${text}"`, {
      hint: "for example --separator ':' or --separator ':/|'",
    });
  }
  return Buffer.from(text, 'latin1');
}
