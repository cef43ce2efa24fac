import type { Assertion } from '../assertions/assertion.ts';
import { readConditions, refuseEmptyJunit } from '../assertions/conditions.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import type { Input } from '../cli/input.ts';
import { parseReportFile } from '../cli/report-file.ts';
import { RESERVED_SCOPE } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import type { ClosedLoad } from './compare/closed-loop.ts';
import type { ComparedPhases } from './compare/report.ts';
import {
  asksForOpenLoad,
  DEFAULT_CONNECTIONS,
  MAX_CONNECTIONS,
  parseLoadOptions,
  type LoadOptions,
} from './load-options.ts';
import { parseGate } from './gate/gate.ts';
import { parseRedisLoad, REDIS_LOAD_FLAGS, type RedisLoadOptions } from './redis/options.ts';
import {
  refuseIdleOfComparison,
  refuseIdleOfLoad,
  refuseIdleOfRedis,
  refuseMissingForm,
} from './refusals.ts';
import { parseSearch, type SearchOptions } from './search/options.ts';
import { parseAddress, type WebAddress } from './targets/address.ts';
import { parseWeights } from './targets/weights.ts';

/** What requests are for. */
export interface TargetOptions {
  /** As given; `all` is every scope. */
  readonly scopes: readonly string[];
  readonly addresses: readonly WebAddress[];
  /** A file of requests. */
  readonly requestsFrom: string | undefined;
  /** The most targets of each scope, where the command line says so. */
  readonly limit: number | undefined;
  /** By scope, address or path. */
  readonly weights: ReadonlyMap<string, number>;
  /** Of one request, where the command line says so. */
  readonly timeoutMs: number | undefined;
  /** Hosts that may be sent load although they are not this machine. */
  readonly allowedHosts: readonly string[];
}

/** What a load test was asked to do. */
export interface LoadtestOptions {
  readonly targets: TargetOptions;
  readonly work: CompareWork | LoadWork | RedisWork;
  readonly assertions: readonly Assertion[];
  /** Look for the highest rate instead of one run. */
  readonly search: SearchOptions | undefined;
  /** A file with an earlier report. */
  readonly baseline: string | undefined;
  /** Where a page is to be written. */
  /** Absolute. */
  readonly reportFile: string | undefined;
  /** Write a script for another tool, and send nothing. */
  readonly exportTo: 'k6' | undefined;
  readonly countHeader: string | undefined;
  readonly confirm: string | undefined;
}

/** Each endpoint without the cache and with it. */
export interface CompareWork {
  readonly kind: 'compare';
  /** As the entries are filled where absent: by the application itself, or by cachectl. */
  readonly phases: ComparedPhases | undefined;
  /** How often the phases take turns. */
  readonly repeat: number;
  /** Of each endpoint and phase. */
  readonly load: ClosedLoad;
}

/** Load on all targets together. */
export interface LoadWork {
  readonly kind: 'load';
  readonly load: LoadOptions;
}

/** Load on Redis itself. */
export interface RedisWork {
  readonly kind: 'redis';
  readonly load: LoadOptions;
  readonly redis: RedisLoadOptions;
}

const DEFAULT_REQUESTS = 50;
/** Enough that a moment in which the machine was busy is one of several. */
const DEFAULT_REPEAT = 5;

/** The characters of a header's name (RFC 9110, 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @throws UsageError where a flag's value does not fit, two contradict each other, or there is nothing to do */
export function parseLoadtestOptions(
  input: Input,
  context: Pick<Context, 'options' | 'spec' | 'host'>,
): LoadtestOptions {
  const scopes = input.texts('scope');
  const urls = context.options.httpUrls;
  const requestsFrom = input.text('requests-from');
  const isRedis = input.on('redis');
  const hasTargets = scopes.length > 0 || urls.length > 0 || requestsFrom !== undefined;
  if (!isRedis && !hasTargets) throw nothingToTest(context.spec);
  if (isRedis && hasTargets) {
    throw new UsageError(
      '--redis puts load on Redis itself: leave --scope, --url http://... and --requests-from out',
    );
  }
  const countHeader = input.text('count-header');
  if (countHeader !== undefined && !HEADER_NAME.test(countHeader)) {
    throw new UsageError(`--count-header takes the name of a header, not "${escapeText(countHeader)}"`, {
      hint: 'for example --count-header X-DB-Queries',
    });
  }
  const search = parseSearch(input);
  const work = parseWork(input, scopes, context);
  const baseline = input.text('baseline');
  if (input.has('export') && work.kind !== 'load') {
    throw new UsageError('--export writes a script for load on web addresses', {
      hint: 'for a scope, say --compare none',
    });
  }
  const assertions = parseGate(
    readConditions(
      input,
      'loadtest',
      'conditions stand behind --assert, and targets behind --scope and --url',
    ),
    work.kind === 'compare' ? 'compare' : 'load',
    baseline !== undefined,
  );
  if (assertions.length === 0)
    refuseIdle(
      input,
      ['baseline'],
      'is what conditions compare with, and there are none',
      "add --assert 'p95 <= baseline * 1.1'",
    );
  refuseMissingForm(input, context.options.format);
  refuseEmptyJunit(context.options.format, assertions, "give some with --assert 'p99 < 50ms'");
  return {
    targets: {
      scopes,
      addresses: urls.map(parseAddress),
      requestsFrom,
      limit: input.wholeNumber('limit', { min: 1 }),
      weights: parseWeights(input.texts('weight')),
      timeoutMs: input.waitMs('request-timeout'),
      allowedHosts: input.texts('allow-remote'),
    },
    work,
    assertions,
    search,
    baseline,
    reportFile: parseReportFile(input, context.host.cwd),
    exportTo: input.choice('export', ['k6'] as const),
    countHeader,
    confirm: input.text('confirm'),
  };
}

function parseWork(
  input: Input,
  scopes: readonly string[],
  { host: { random }, options: { format } }: Pick<Context, 'options' | 'host'>,
): LoadtestOptions['work'] {
  if (input.on('redis')) {
    refuseIdleOfRedis(input);
    return { kind: 'redis', load: parseLoadOptions(input, random), redis: parseRedisLoad(input) };
  }
  for (const flag of REDIS_LOAD_FLAGS) {
    if (input.has(flag)) throw new UsageError(`--${flag} needs --redis: it is about load on Redis itself`);
  }
  const compare = input.choice('compare', ['cold,warm', 'origin,cache', 'none'] as const);
  const isLoad =
    compare === undefined && (scopes.length === 0 || asksForOpenLoad(input) || input.has('requests-from'));
  if (compare === 'none' || isLoad) {
    refuseIdleOfLoad(input);
    return { kind: 'load', load: parseLoadOptions(input, random) };
  }
  if (scopes.length === 0) {
    throw new UsageError('--compare is about the entries of a scope: name one with --scope');
  }
  if (asksForOpenLoad(input)) {
    throw new UsageError('--compare takes turns with its phases, and no rate', {
      hint: 'leave --rate and --stages out, or say --compare none for load alone',
    });
  }
  if (format === 'hdr') {
    throw new UsageError('a comparison has no output format "hdr"', {
      hint: 'with --compare none the scope is load alone, and hdr is one of its formats',
    });
  }
  refuseIdleOfComparison(input);
  const requests = input.wholeNumber('requests', { min: 1 });
  const durationMs = input.waitMs('duration');
  if (requests !== undefined && durationMs !== undefined) {
    throw new UsageError('--requests and --duration contradict each other: each says when a phase ends');
  }
  return {
    kind: 'compare',
    phases: compare,
    repeat: input.wholeNumber('repeat', { min: 1, max: 100 }) ?? DEFAULT_REPEAT,
    load: {
      connections: input.wholeNumber('connections', { min: 1, max: MAX_CONNECTIONS }) ?? DEFAULT_CONNECTIONS,
      until:
        durationMs === undefined
          ? { kind: 'requests', count: requests ?? DEFAULT_REQUESTS }
          : { kind: 'duration', ms: durationMs },
    },
  };
}

function nothingToTest(spec: Context['spec']): UsageError {
  const names = Object.keys(spec?.spec.scopes ?? {});
  return new UsageError('nothing to test: name a scope with --scope, or a web address with --url', {
    hint:
      spec === undefined
        ? 'there is no spec file here; --config FILE names one, and --url http://host/path needs none'
        : names.length === 0
          ? 'the spec file has no scopes yet'
          : `the spec file has the scopes ${[...names, RESERVED_SCOPE].join(', ')}`,
  });
}
