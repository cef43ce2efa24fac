import type { OutputFormat } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import type { Input } from '../cli/input.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { asksForOpenLoad } from './load-options.ts';

const KEY_FLAGS = LAYOUT_FLAGS.map(({ name }) => name);
/** Flags that a comparison has no use for. */
const LOAD_FLAGS = ['distribution', 'warmup', 'workers', 'weight', 'arrivals', 'max-in-flight', 'seed'];
/** Flags about requests, which load on Redis itself has no use for. */
const REQUEST_FLAGS = [
  ...['compare', 'weight', 'workers', 'limit', 'count-header', 'repeat', 'max-in-flight'],
  ...KEY_FLAGS,
];
/** Flags about a run, which a script for another tool is none of. */
const RUN_FLAGS = ['report', 'workers', 'seed', 'count-header'];
/** What a search and a script can be printed as. */
const FORMS_OF: Readonly<Record<'search' | 'export', readonly OutputFormat[]>> = {
  search: ['table', 'json', 'csv', 'markdown'],
  export: ['table', 'json'],
};

/** @throws UsageError for what a comparison has no use for */
export function refuseIdleOfComparison(input: Input): void {
  refuseIdle(
    input,
    LOAD_FLAGS,
    'is about load on all targets together, and this compares each without and with the cache',
    'with --compare none the scope is load alone',
  );
}

/** @throws UsageError for what load on Redis itself has no use for */
export function refuseIdleOfRedis(input: Input): void {
  refuseIdle(input, REQUEST_FLAGS, 'is about requests, and --redis puts load on Redis itself');
  if (asksForOpenLoad(input))
    refuseIdle(input, ['connections'], 'is about closed load: at a rate, --redis opens what it needs');
}

/** @throws UsageError for what load on all targets together has no use for */
export function refuseIdleOfLoad(input: Input): void {
  if (!input.has('search'))
    refuseIdle(input, ['repeat'], 'is about comparisons and --search, and this is one run');
  if (input.has('distribution'))
    refuseIdle(input, ['weight'], 'and --distribution contradict each other: each says what is popular');
  if (!input.has('scope')) {
    if (!input.has('requests-from'))
      refuseIdle(input, ['limit'], 'is about the targets of a scope or a file, and there is none');
    refuseIdle(input, KEY_FLAGS, 'is about keys of entries, and no scope is named');
  }
  if (input.has('export')) refuseIdle(input, RUN_FLAGS, 'is about a run, and --export sends nothing');
}

/**
 * Not everything that a load test does has its report in every form.
 * @throws UsageError
 */
export function refuseMissingForm(input: Input, format: OutputFormat | undefined): void {
  if (format === undefined) return;
  const mode = Object.entries(FORMS_OF).find(([flag]) => input.has(flag));
  if (mode === undefined || mode[1].includes(format)) return;
  throw new UsageError(`--${mode[0]} has no output format "${format}"`, {
    hint: `it has ${mode[1].join(', ')}`,
  });
}
