import { parseAssertion, type Assertion } from '../assertions/assertion.ts';
import { CACHE_TERMS, GROUP_TERMS, type GroupTerm } from '../assertions/cache-terms.ts';
import { readConditions, refuseEmptyJunit } from '../assertions/conditions.ts';
import type { Vocabulary } from '../assertions/vocabulary.ts';
import type { OutputFormat } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import type { Input } from '../cli/input.ts';
import type { Annotation } from '../cli/github-actions.ts';
import { groupsByPattern, groupsByPrefix } from '../keys/group-of.ts';
import { nearest } from '../text/nearest.ts';
import type { GroupRequest } from './measure-groups.ts';

/** What a measurement is told. */
const MEASURING = [
  ...['interval', 'watch', 'by-prefix', 'depth', 'separator', 'by-group', 'only', 'sample', 'max-events'],
  ...['assert', 'check', 'allow-no-data', 'save', 'baseline', 'per-node'],
];
const DEFAULT_WATCH_MS = 2_000;
const DEFAULT_SAMPLE_MS = 10_000;
const DEFAULT_MAX_EVENTS = 1_000_000;
const DEFAULT_SEPARATOR = ':';

/** What `stats` was asked for. */
export interface StatsOptions {
  readonly mode: 'once' | 'watch' | 'repair';
  /** Between two readings; `undefined` for counters since the start. */
  readonly intervalMs: number | undefined;
  readonly perNode: boolean;
  readonly groups: GroupRequest | undefined;
  readonly assertions: readonly PlacedAssertion[];
  readonly allowNoData: boolean;
  readonly save: string | undefined;
  readonly baseline: string | undefined;
}

/** An assertion, and the line of the spec file where it stands there. */
export interface PlacedAssertion {
  readonly assertion: Assertion;
  readonly at: Annotation['at'];
}

/** Terms that only listening can tell. */
const HEARD = new Set<string>(['hit_rate', 'hits', 'misses', 'reads_per_second'] satisfies GroupTerm[]);

/** @throws UsageError where flags do not fit together, or an assertion cannot be read */
export function parseStats(input: Input, context: Context): StatsOptions {
  const { format } = context.options;
  if (input.on('repair')) {
    if (format !== undefined && format !== 'table' && format !== 'json') {
      throw new UsageError(`--repair has no output format "${format}"`, { hint: 'it has table and json' });
    }
    refuseIdle(
      input,
      MEASURING,
      'is about a measurement, and --repair takes none',
      'run it again without --repair',
    );
    return { ...NOTHING, mode: 'repair' };
  }
  const isWatch = input.has('watch');
  const assertions = parseAssertions(input, context);
  const options: StatsOptions = {
    mode: isWatch ? 'watch' : 'once',
    intervalMs:
      input.waitMs('interval') ?? (isWatch ? (input.waitMs('watch') ?? DEFAULT_WATCH_MS) : undefined),
    perNode: input.on('per-node'),
    groups: parseGroups(input, context, assertions),
    assertions,
    allowNoData: input.on('allow-no-data'),
    save: input.text('save'),
    baseline: input.text('baseline'),
  };
  checkFit(options, input, format);
  return options;
}

/** @throws UsageError where flags exclude each other */
function checkFit(options: StatsOptions, input: Input, format: OutputFormat | undefined): void {
  if (options.assertions.length === 0)
    refuseIdle(
      input,
      ['allow-no-data'],
      'is about assertions, and there are none',
      'add --assert or --check',
    );
  if (format !== undefined && ['csv', 'markdown', 'junit', 'prometheus'].includes(format))
    refuseIdle(input, ['per-node'], `has no place in -o ${format}`, 'use -o json, or the table');
  if (options.mode === 'watch') {
    if (input.text('watch') !== undefined && input.has('interval')) {
      throw new UsageError('--watch DURATION and --interval are the same here: take one');
    }
    const other = ['assert', 'check', 'save', 'baseline', 'by-prefix', 'by-group'].find((flag) =>
      input.has(flag),
    );
    if (other !== undefined) {
      throw new UsageError(`--watch shows how it goes, and --${other} needs an end`, {
        hint: other.startsWith('by-')
          ? 'leave --watch out, and say with --sample how long to listen'
          : 'give the one measurement a window with --interval 10s instead of --watch',
      });
    }
    if (format !== undefined && !['table', 'json', 'ndjson'].includes(format)) {
      throw new UsageError(`--watch has no output format "${format}"`, { hint: 'it has table and ndjson' });
    }
    if (format === 'json') {
      throw new UsageError('--watch never ends, and json is one document', { hint: 'use -o ndjson' });
    }
  } else if (format === 'ndjson') {
    throw new UsageError('-o ndjson is for --watch: one record for each moment', { hint: 'use -o json' });
  }
  refuseEmptyJunit(
    format,
    options.assertions,
    "give some with --assert 'hit_rate >= 80', or budgets: in the spec file with --check",
  );
  if (options.groups?.sample !== undefined && options.intervalMs !== undefined) {
    throw new UsageError('--interval and listening for hit rates by group are two windows', {
      hint: 'say how long to listen with --sample; all other figures are of that window, too',
    });
  }
}

const NOTHING: StatsOptions = {
  mode: 'once',
  intervalMs: undefined,
  perNode: false,
  groups: undefined,
  assertions: [],
  allowNoData: false,
  save: undefined,
  baseline: undefined,
};

function parseAssertions(input: Input, { spec }: Context): readonly PlacedAssertion[] {
  const isByPrefix = input.on('by-prefix');
  const named = spec?.spec.groups?.map(({ name }) => name) ?? [];
  const hasGroups = isByPrefix || named.length > 0;
  const vocabulary: Vocabulary = {
    metrics: CACHE_TERMS,
    groupMetrics: hasGroups ? GROUP_TERMS : [],
    ...(isByPrefix ? {} : { groups: named }),
    groupsHint: 'name groups of keys under groups: in the spec file, or use --by-prefix',
    hasBaseline: input.has('baseline'),
    baselineHint: 'give a report that --save wrote with --baseline FILE',
  };
  const given = readConditions(input, 'stats', hintOfStray(input)).map((text): PlacedAssertion => ({
    assertion: parseAssertion(text, vocabulary),
    at: undefined,
  }));
  if (!input.on('check')) return given;
  const budgets = spec?.spec.budgets ?? [];
  if (spec === undefined || budgets.length === 0) {
    throw new UsageError(
      '--check asserts what stands under budgets: in the spec file, and there is nothing',
      {
        hint: "add budgets: ['hit_rate >= 80'], or use --assert",
      },
    );
  }
  return [
    ...budgets.map(({ text, line }): PlacedAssertion => ({
      assertion: parseAssertion(text, vocabulary, `${spec.path}:${line}: the budget`),
      at: { path: spec.path, line },
    })),
    ...given,
  ];
}

/** Without `--assert`, a word may have been meant as the command below this one. */
function hintOfStray({ args: [word = ''] }: Input): string {
  return nearest(word, ['diff']) === undefined
    ? 'conditions stand behind --assert'
    : 'did you mean cachectl stats diff?';
}

function parseGroups(
  input: Input,
  { spec, layout }: Context,
  assertions: readonly PlacedAssertion[],
): GroupRequest | undefined {
  const isByPrefix = input.on('by-prefix');
  const depth = input.wholeNumber('depth', { min: 1, max: 16 });
  const separator = input.text('separator');
  if (!isByPrefix && (depth !== undefined || separator !== undefined)) {
    throw new UsageError(`--${depth === undefined ? 'separator' : 'depth'} says how --by-prefix cuts keys`, {
      hint: 'add --by-prefix',
    });
  }
  if (separator === '') throw new UsageError('--separator takes one character or several');
  const terms = assertions.flatMap(({ assertion: { metric, wanted } }) => [
    ...(metric.group === undefined ? [] : [metric.name]),
    ...(wanted.kind === 'derived' && wanted.of !== 'baseline' && wanted.of.group !== undefined
      ? [wanted.of.name]
      : []),
  ]);
  const isByGroup = input.on('by-group');
  if (isByGroup && isByPrefix)
    throw new UsageError('--by-group and --by-prefix are two ways to cut keys: take one');
  if (!isByGroup && !isByPrefix && terms.length === 0) {
    const idle = (['sample', 'max-events', 'only'] as const).find((flag) => input.has(flag));
    if (idle === undefined) return undefined;
    throw new UsageError(`--${idle} is about hit rates of groups of keys, and none are asked for`, {
      hint: 'add --by-prefix or --by-group',
    });
  }
  const groups = spec?.spec.groups ?? [];
  if (isByGroup && groups.length === 0) {
    throw new UsageError('--by-group tells the groups of the spec file apart, and it has none', {
      hint: "add groups: { users: 'user:*' }, or use --by-prefix",
    });
  }
  const only = input.choice('only', ['hits', 'keys']);
  const isShown = isByGroup || isByPrefix;
  if (!isShown)
    refuseIdle(input, ['only'], 'is about what is shown of groups', 'add --by-prefix or --by-group');
  const hears = terms.some((term) => HEARD.has(term)) || (isShown && only !== 'keys');
  const counts = terms.some((term) => !HEARD.has(term)) || (isShown && only !== 'hits');
  if (!hears) refuseIdle(input, ['sample', 'max-events'], 'is about listening, and nothing here listens');
  return {
    groupOf: isByPrefix
      ? groupsByPrefix(depth ?? 1, separator ?? DEFAULT_SEPARATOR, layout)
      : groupsByPattern(groups, layout),
    names: isByPrefix ? [] : groups.map(({ name }) => name),
    sample: hears
      ? {
          durationMs: input.waitMs('sample') ?? DEFAULT_SAMPLE_MS,
          maxEvents: input.wholeNumber('max-events', { min: 1 }) ?? DEFAULT_MAX_EVENTS,
          yes: input.on('yes'),
        }
      : undefined,
    countKeys: counts,
  };
}
