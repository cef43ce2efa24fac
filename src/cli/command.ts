import type { Context } from './context.ts';
import type { CachectlError } from './errors.ts';
import type { ExitCode } from './exit-code.ts';
import type { Input } from './input.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';

/** The forms that a report can be printed in. */
export const OUTPUT_FORMATS = [
  'table',
  'tree',
  'json',
  'ndjson',
  'csv',
  'markdown',
  'junit',
  'prometheus',
  'hdr',
] as const;

/** One of those forms; each command names the ones it has. */
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** One flag of a command, as help, completion and the parser see it. */
export interface FlagSpec {
  /** Without dashes: `dry-run`. */
  readonly name: string;
  /** One letter, without the dash. */
  readonly short?: string;
  /** The placeholder of its value (`GLOB`); a flag without one is a switch. */
  readonly value?: string;
  /** Whether the flag may stand without its value. */
  readonly valueIsOptional?: boolean;
  /** Where the value is a file (`FILE`): the stream that `-` is. Without it `-` is refused. */
  readonly dash?: 'stdin' | 'stdout';
  readonly repeatable?: boolean;
  readonly choices?: readonly string[];
  readonly summary: string;
  /** The value that holds where the flag is not given, as help shows it. */
  readonly fallback?: string;
  /** The heading that help puts it under; a command's own flags need none. */
  readonly group?: string;
}

/** Flags that several commands share, under one heading. */
export function inGroup(group: string, flags: readonly FlagSpec[]): readonly FlagSpec[] {
  return flags.map((flag) => ({ group, ...flag }));
}

/** Flags that people who know a similar command may expect here, and why there are none. */
export interface MissingFlags {
  /** Their names, without dashes. */
  readonly names: readonly string[];
  /** Why, as the rest of a sentence about the flag. */
  readonly because: string;
  /** What to use instead. */
  readonly instead: string;
}

/** One positional argument. */
export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly required?: boolean;
  readonly repeatable?: boolean;
  readonly choices?: readonly string[];
  /** Whether it is the path of a file. */
  readonly isFile?: boolean;
}

/** A line to type and what it does. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** What a command may do to the cache: `write` and `destroy` obey `CACHECTL_ENABLED=false`. */
export type Risk = 'read' | 'write' | 'destroy';

/**
 * Whether a command reads the spec file: `optional` reads it where one is found, `lenient` also goes on where it is
 * wrong, which is then in `Context.specProblem`.
 */
export type SpecUse = 'none' | 'optional' | 'lenient' | 'required';

/** All that is known of a command without loading its code: help, completion and docs are made from it. */
export interface CommandSpec {
  /** `['warm']`, `['config', 'show']`. */
  readonly path: readonly [string, ...string[]];
  readonly summary: string;
  readonly description?: string;
  readonly args?: readonly ArgumentSpec[];
  readonly flags: readonly FlagSpec[];
  readonly missingFlags?: readonly MissingFlags[];
  readonly examples: readonly Example[];
  readonly risk: Risk;
  readonly spec: SpecUse;
  /** The formats its report has; the first one is what a person gets. */
  readonly formats: readonly OutputFormat[];
  /** Whether it talks to Redis, and so takes `--on-unavailable` and the like. */
  readonly usesRedis: boolean;
  /**
   * Whether it may change very many keys: then a server on this machine gets the processor first, unless
   * `--max-latency` is off.
   */
  readonly isBulk?: boolean;
  /** Whether it can end with exit code 6: an assertion or threshold does not hold. */
  readonly gates?: boolean;
  readonly load: () => Promise<{ readonly command: Command }>;
}

/** What a command hands back: a report in each of its forms, not yet written anywhere. */
export interface Outcome {
  readonly exitCode: ExitCode;
  readonly views: ReportViews;
  /**
   * What broke the work off, where the report tells of a part only; said on stderr as well. The exit
   * code is its own.
   */
  readonly failure?: CachectlError | undefined;
  /** The result has been written to stdout while it came: nothing is printed at the end. */
  readonly isStreamed?: boolean;
  /** Ctrl-C is how this command is meant to end: then it is no interruption. */
  readonly endsWithSignal?: boolean;
}

/** The forms of one report. Every view is pure; nothing is written by it. */
export interface ReportViews {
  /** For people; `terminal` says how wide and whether colours and borders are wanted. Ends without a line feed. */
  readonly table: (terminal: TerminalInfo) => string;
  /** The stable document. Its `schema` field names command and version. */
  readonly json: () => JsonDocument;
  readonly ndjson?: () => readonly unknown[];
  readonly csv?: () => string;
  readonly markdown?: () => string;
  /** A tree for people, where the report is one. */
  readonly tree?: (terminal: TerminalInfo) => string;
  /** JUnit XML: one test case for each assertion. */
  readonly junit?: () => string;
  /** The text format that Prometheus scrapes. */
  readonly prometheus?: () => string;
  /** The percentile text of HdrHistogram. */
  readonly hdr?: () => string;
}

/**
 * A JSON report: `schema` is `cachectl/<command>/v<n>`, and the rest grows only by addition. What is itself a
 * JSON Schema has `$schema` instead.
 */
export type JsonDocument = Readonly<Record<string, unknown>> &
  ({ readonly schema: string } | { readonly $schema: string });

/** The code of a command: raw input to options (pure, throws UsageError), options to an outcome. */
export interface Command {
  readonly run: (input: Input, context: Context) => Promise<Outcome>;
}

/** Ties a command's two halves together, so that each can be tested alone. */
export function defineCommand<Options>(parts: {
  readonly parse: (input: Input, context: Context) => Options | Promise<Options>;
  readonly run: (options: Options, context: Context) => Promise<Outcome>;
}): Command {
  return {
    run: async (input, context) => parts.run(await parts.parse(input, context), context),
  };
}

/** The name of a command as typed after `cachectl`. */
export function commandName(spec: Pick<CommandSpec, 'path'>): string {
  return spec.path.join(' ');
}
