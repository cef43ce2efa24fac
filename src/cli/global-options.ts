import { inGroup, OUTPUT_FORMATS, type CommandSpec, type FlagSpec, type OutputFormat } from './command.ts';
import { UsageError } from './errors.ts';
import type { Input } from './input.ts';
import { parseRedisFlags, REDIS_FLAGS, type RedisFlagValues } from './redis-flags.ts';

/** The flags that every command has; they work before and after the subcommand. */
export const GLOBAL_FLAGS: readonly FlagSpec[] = inGroup('Flags of every command', [
  {
    name: 'config',
    short: 'c',
    value: 'FILE',
    summary: 'spec file (default: cachectl.yaml from here upward)',
  },
  {
    name: 'url',
    value: 'URL',
    summary: 'Redis to talk to, as redis://user:password@host:port/db',
  },
  { name: 'env', short: 'e', value: 'NAME', summary: 'connection of the spec file to use' },
  {
    name: 'output',
    short: 'o',
    value: 'FORMAT',
    summary: 'output format: table, json, ndjson, csv or markdown',
  },
  { name: 'json', summary: 'short for --output json' },
  { name: 'quiet', short: 'q', summary: 'only results and errors' },
  { name: 'verbose', short: 'v', summary: 'say more on stderr: connections, retries, stack traces' },
  { name: 'no-color', summary: 'no colours' },
  { name: 'no-pager', summary: 'never show long results in $PAGER' },
  { name: 'no-input', summary: 'never ask; fail where an answer is needed' },
  { name: 'timeout', value: 'DURATION', summary: 'time limit of the whole command' },
  { name: 'help', short: 'h', summary: 'show help' },
]);

/** All flags of a command but the global ones. */
export function flagsOf(spec: CommandSpec): readonly FlagSpec[] {
  return spec.usesRedis ? [...spec.flags, ...REDIS_FLAGS] : spec.flags;
}

/** The global flags, read and checked; nothing here depends on a command. */
export interface GlobalOptions {
  readonly configPath: string | undefined;
  /** The value of `--url` that is meant for Redis. */
  readonly redisUrl: string | undefined;
  /** Values of `--url` that are web addresses: only load tests take them. */
  readonly httpUrls: readonly string[];
  readonly connectionName: string | undefined;
  /** `undefined` also where it is none that any command has: which ones it has only the command knows. */
  readonly format: OutputFormat | undefined;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly color: boolean;
  readonly input: boolean;
  readonly pager: boolean;
  readonly timeoutMs: number | undefined;
  readonly onUnavailable: 'fail' | 'skip';
  /** What the command line says about the connection itself. */
  readonly redis: RedisFlagValues;
}

/** @throws UsageError where a flag's value does not fit or two contradict each other */
export function parseGlobalOptions(input: Input): GlobalOptions {
  const name = input.text('output');
  const named = OUTPUT_FORMATS.find((format) => format === name);
  if (input.on('json') && name !== undefined && name !== 'json') {
    throw new UsageError(`--json and --output ${name} contradict each other`);
  }
  const urls = input.texts('url');
  const httpUrls = urls.filter((url) => /^https?:/i.test(url));
  const redisUrls = urls.filter((url) => !httpUrls.includes(url));
  if (redisUrls.length > 1) throw new UsageError('--url names one Redis, and it was given twice');
  if (redisUrls.length > 0 && input.has('env')) {
    throw new UsageError('--url and --env contradict each other: each names the connection to use');
  }
  return {
    configPath: input.text('config'),
    redisUrl: redisUrls[0],
    httpUrls,
    connectionName: input.text('env'),
    format: input.on('json') ? 'json' : named,
    quiet: input.on('quiet'),
    verbose: input.on('verbose'),
    color: !input.on('no-color'),
    input: !input.on('no-input'),
    pager: !input.on('no-pager'),
    timeoutMs: input.waitMs('timeout'),
    redis: parseRedisFlags(input),
    onUnavailable: input.choice('on-unavailable', ['fail', 'skip'] as const) ?? 'fail',
  };
}

/**
 * Whether a command line asks for JSON, found without parsing it: so that even a line that cannot be
 * parsed is answered with one JSON document.
 */
export function asksForJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const flags = end === -1 ? argv : argv.slice(0, end);
  return flags.some(
    (word, index) =>
      word === '--json' ||
      word === '--output=json' ||
      word === '-ojson' ||
      (word === 'json' && ['-o', '--output'].includes(flags[index - 1] ?? '')),
  );
}
