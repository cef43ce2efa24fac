import { parseAssertion, type Assertion } from '../assertions/assertion.ts';
import { readConditions, refuseEmptyJunit } from '../assertions/conditions.ts';
import { assertionExitCode, evaluateAssertion } from '../assertions/verdict.ts';
import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import type { Input } from '../cli/input.ts';
import { gentleClient } from '../origin/gentle.ts';
import { openScopeTargets, type OpenTargets } from '../selection/scope-targets.ts';
import type { EntrySpec } from '../config/spec.ts';
import { parseJsonPath, type JsonPath } from '../text/json-path.ts';
import { parseManner, type WarmManner } from '../warm/manner.ts';
import { prepareFills } from '../warm/prepare-fill.ts';
import type { Target } from '../warm/target.ts';
import { targetWarmer, type WarmTargets } from '../warm/warm-targets.ts';
import {
  noCounts,
  readVerifyMetric,
  totals,
  VERIFY_VOCABULARY,
  verifyViews,
  type Finding,
  type VerdictCounts,
  type VerifyReport,
  type Fixed,
} from './report.ts';
import { verifyTarget, type TargetVerdict } from './verify-target.ts';

interface VerifyOptions {
  readonly scopes: readonly string[];
  readonly manner: WarmManner;
  readonly limit: number | undefined;
  readonly fix: boolean;
  readonly assertions: readonly Assertion[];
  readonly allowNoData: boolean;
}

/** So many findings are told one by one. */
const MOST_FINDINGS = 20;
/** What differs is warmed again so many at a time. */
const FIX_CHUNK = 200;

/** @throws UsageError */
function parse(input: Input, { spec, host, options: { format } }: Context): VerifyOptions {
  if (spec === undefined) throw new UsageError('verify needs a spec file: it says what entries are');
  const options: VerifyOptions = {
    scopes: input.texts('scope'),
    manner: parseManner(input, spec.spec.defaults, host.cwd),
    limit: input.wholeNumber('limit', { min: 1 }),
    fix: input.on('fix'),
    assertions: readConditions(
      input,
      'verify',
      'conditions stand behind --assert, and scopes behind --scope',
    ).map((text) => parseAssertion(text, VERIFY_VOCABULARY)),
    allowNoData: input.on('allow-no-data'),
  };
  refuseEmptyJunit(format, options.assertions, "give some with --assert 'stale <= 1%'");
  if (options.assertions.length === 0)
    refuseIdle(input, ['allow-no-data'], 'is about assertions, and there are none');
  return options;
}

async function run(options: VerifyOptions, context: Context): Promise<Outcome> {
  const { clock } = context.host;
  const started = { at: clock.now(), monotonicMs: clock.monotonicMs() };
  const client = await context.redis();
  const open = await openScopeTargets(options.scopes, context);
  const scopes = open.scopes.map(({ name }) => ({ scope: name, counts: noCounts() }));
  try {
    const fixer = options.fix ? new Fixer(await warmerFor(open, context)) : undefined;
    const looked = await lookAtAll(open, scopes, options, fixer, context);
    const fixed = await fixer?.finish();
    const counts = totals({ scopes });
    const report: VerifyReport = {
      redis: client.target.location,
      scopes,
      ...looked,
      fixed,
      verdicts: options.assertions.map((assertion) =>
        evaluateAssertion(
          assertion,
          { read: (metric) => readVerifyMetric(counts, metric) },
          options.allowNoData,
        ),
      ),
      startedAt: started.at,
      elapsedMs: clock.monotonicMs() - started.monotonicMs,
      interrupted: context.signal.aborted,
    };
    return { exitCode: exitCodeOf(report, counts), views: verifyViews(report) };
  } finally {
    await open.close();
  }
}

async function warmerFor(open: OpenTargets, context: Context): Promise<WarmTargets> {
  return targetWarmer({ ...open, client: await context.redis() }, context);
}

/** An entry that is stale is no failure of the run: whoever wants a gate asserts it. */
function exitCodeOf(report: VerifyReport, counts: VerdictCounts): ExitCode {
  if (counts.failed > 0 || (report.fixed?.failed ?? 0) > 0) return ExitCode.partial;
  return assertionExitCode(report.verdicts);
}

async function lookAtAll(
  open: OpenTargets,
  scopes: readonly { readonly scope: string; readonly counts: VerdictCounts }[],
  options: VerifyOptions,
  fixer: Fixer | undefined,
  context: Context,
): Promise<Pick<VerifyReport, 'findings' | 'omitted'>> {
  const { signal, host } = context;
  const client = await context.redis();
  const prepared = await prepareFills(open.scopes, open.settings.origin.headers, open.settings.specPath);
  const origin = gentleClient(open.origin, { ...options.manner, ...host });
  const counts = new Map(scopes.map(({ scope, counts: own }) => [scope, own]));
  const findings: Finding[] = [];
  let done = 0;
  let omitted = 0;
  const progress = context.progress({ label: 'verifying', unit: 'entries' });
  const tell = async (target: Target, verdict: TargetVerdict): Promise<void> => {
    const own = counts.get(target.scope);
    if (own !== undefined) own[verdict.kind]++;
    progress.update(++done);
    if (verdict.kind === 'same' || verdict.kind === 'skipped') return;
    if (findings.length < MOST_FINDINGS) findings.push({ target, verdict });
    else omitted++;
    if (verdict.kind === 'different' || verdict.kind === 'undecodable') await fixer?.add(target);
  };
  const targets = limited(open.targets(), options.limit);
  const work = async (): Promise<void> => {
    for await (const target of targets) {
      if (signal.aborted) return;
      const fill = prepared.get(target.entry);
      if (fill === undefined) throw new Error('an entry was not prepared');
      const tools = {
        client,
        origin,
        retry: open.retry,
        settings: open.settings,
        prepared: fill,
        ignore: ignoredPaths(target.entry),
      };
      try {
        await tell(target, await verifyTarget(target, tools, signal));
      } catch (error) {
        // Broken off: what was not looked at has no verdict.
        if (signal.aborted && error instanceof CachectlError) return;
        throw error;
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: options.manner.concurrency }, work));
  } finally {
    progress.stop();
  }
  return { findings, omitted };
}

/** Made again for each target: a few names are read faster than kept in order. */
function ignoredPaths({ ignore = [] }: EntrySpec): readonly JsonPath[] {
  return ignore.flatMap((text) => {
    const path = parseJsonPath(text);
    return path === undefined ? [] : [path];
  });
}

async function* limited(targets: AsyncIterable<Target>, most = Number.POSITIVE_INFINITY) {
  let count = 0;
  for await (const target of targets) {
    if (count++ >= most) return;
    yield target;
  }
}

/** Warms what differs again, chunk by chunk. */
class Fixer {
  readonly #warm: WarmTargets;
  #waiting: Target[] = [];
  #done: Fixed = { warm: 0, failed: 0, reason: undefined };

  constructor(warm: WarmTargets) {
    this.#warm = warm;
  }

  async add(target: Target): Promise<void> {
    this.#waiting.push(target);
    if (this.#waiting.length >= FIX_CHUNK) await this.finish();
  }

  /** What is left, and how it all went. */
  async finish(): Promise<Fixed> {
    const chunk = this.#waiting;
    this.#waiting = [];
    if (chunk.length > 0) {
      const { warm, failures } = await this.#warm(chunk);
      this.#done = {
        warm: this.#done.warm + warm,
        failed: this.#done.failed + failures.length,
        reason: this.#done.reason ?? failures[0]?.error.message,
      };
    }
    return this.#done;
  }
}

export const command = defineCommand({ parse, run });
