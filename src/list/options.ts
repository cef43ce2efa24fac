import type { OutputFormat } from '../cli/command.ts';
import { UsageError } from '../cli/errors.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import type { Input } from '../cli/input.ts';
import { escapeText } from '../keys/printable.ts';
import { FACTS, type Fact } from '../selection/facts.ts';
import { parseSelection } from '../selection/parse.ts';
import type { Selection } from '../selection/selection.ts';

/** What `keys` was asked for. */
export interface ListOptions {
  readonly selection: Selection;
  /** In the order in which they are shown. */
  readonly facts: readonly Fact[];
  readonly sort: { readonly by: 'ttl' | 'size' | 'idle'; readonly top: number } | undefined;
  readonly countOnly: boolean;
  readonly form: ListForm;
}

/** `nul`: the bytes of each key and a NUL byte. */
export type ListForm = 'lines' | 'nul' | 'json' | 'ndjson' | 'csv';

const DEFAULT_TOP = 20;
const MOST_TOP = 100_000;

/** @throws UsageError */
export function parseList(input: Input, format: OutputFormat | undefined): ListOptions {
  const sortBy = input.choice('sort', ['ttl', 'size', 'idle'] as const);
  const top = input.wholeNumber('top', { min: 1, max: MOST_TOP });
  if (sortBy === undefined && top !== undefined)
    throw new UsageError('--top goes with --sort ttl, size or idle');
  if (input.on('count')) {
    const idle = ['sort', 'with'].find((flag) => input.has(flag));
    if (idle !== undefined)
      throw new UsageError(`--count shows no keys, and --${idle} says how to show them`);
  }
  const asked = new Set((input.text('with')?.split(',') ?? []).map(parseFact));
  if (!input.has('keys-from')) {
    if (input.on('count')) refuseIdle(input, ['null'], 'is about keys, and --count shows none');
    if (format !== undefined && format !== 'table')
      refuseIdle(input, ['null'], `is a form of its own: leave it or -o ${format} out`);
  }
  const nul = input.on('null') && (format === undefined || format === 'table');
  if (nul && asked.size > 0) throw new UsageError('-0 lists keys alone: leave --with out, or use -o ndjson');
  if (sortBy !== undefined && !nul) asked.add(sortBy);
  return {
    selection: parseSelection(input, {
      verb: 'list',
      example: 'cachectl keys',
      emptyMeansAll: true,
      writesKeys: true,
    }),
    facts: FACTS.filter((fact) => asked.has(fact)),
    sort: sortBy === undefined ? undefined : { by: sortBy, top: top ?? DEFAULT_TOP },
    countOnly: input.on('count'),
    form: nul ? 'nul' : formOf(format),
  };
}

function formOf(format: OutputFormat | undefined): ListForm {
  return format === 'json' || format === 'ndjson' || format === 'csv' ? format : 'lines';
}

function parseFact(text: string): Fact {
  const fact = FACTS.find((candidate) => candidate === text.trim());
  if (fact === undefined)
    throw new UsageError(`--with takes type, ttl, size and idle, not "${escapeText(text)}"`);
  return fact;
}
