import type { JsonDocument, Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { Input, type RawValue } from '../cli/input.ts';
import type { RuleSpec } from '../config/rule-spec.ts';
import { inParallel } from '../pace/in-parallel.ts';
import { countOf } from '../units/number.ts';
import { ACTION_KINDS, actionLine, type Action, type ActionKind } from './action.ts';

/** What became of one action. */
export interface ActionResult {
  readonly kind: ActionKind;
  /** As {@link actionLine} gives it. */
  readonly line: string;
  /** `skipped`: an earlier one failed and the rule says stop, or the run was interrupted. */
  readonly status: 'done' | 'failed' | 'skipped';
  /** In a few words; what went wrong where it failed. */
  readonly told: string;
  readonly elapsedMs: number;
  /** The command's own report. */
  readonly report?: JsonDocument | undefined;
  readonly error?: CachectlError | undefined;
}

/** What was agreed to for the whole rule, handed on to the commands that it is made of. */
export interface Agreement {
  readonly yes: boolean;
  readonly confirm: string | undefined;
}

/** Requests are tried again so often where an answer may still come. */
const HTTP_RETRIES = 2;

/** Requests of one rule that are under way at once: one front that hangs does not keep the others waiting. */
const REQUESTS_AT_ONCE = 8;

/**
 * Carries the actions out, one kind after the other, and tells what became of each. Requests go out side by
 * side, unless a failed one is to stop the others.
 */
export async function carryOutActions(
  actions: readonly Action[],
  onFailure: RuleSpec['onFailure'],
  agreement: Agreement,
  context: Context,
): Promise<readonly ActionResult[]> {
  const stops = onFailure === 'stop';
  const results: ActionResult[] = [];
  let stopped = false;
  const carryOutOne = async (action: Action): Promise<ActionResult> => {
    const result =
      stopped || context.signal.aborted ? skipped(action) : await carryOut(action, agreement, context);
    stopped ||= stops && result.status === 'failed';
    return result;
  };
  for (const kind of ACTION_KINDS) {
    const same = actions.filter((action) => action.kind === kind);
    const atOnce = kind === 'http' && !stops ? REQUESTS_AT_ONCE : 1;
    results.push(...(await inParallel(same, atOnce, carryOutOne)));
  }
  return results;
}

function skipped(action: Action): ActionResult {
  return {
    kind: action.kind,
    line: actionLine(action),
    status: 'skipped',
    told: 'not reached',
    elapsedMs: 0,
  };
}

async function carryOut(action: Action, agreement: Agreement, context: Context): Promise<ActionResult> {
  const { clock } = context.host;
  const startedAt = clock.monotonicMs();
  const base = { kind: action.kind, line: actionLine(action) };
  try {
    const done = await (action.kind === 'http'
      ? sendHttp(action, context)
      : runCommand(action, agreement, context));
    return { ...base, ...done, elapsedMs: clock.monotonicMs() - startedAt };
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    return {
      ...base,
      status: context.signal.aborted ? 'skipped' : 'failed',
      told: error.message,
      error,
      elapsedMs: clock.monotonicMs() - startedAt,
    };
  }
}

type Done = Pick<ActionResult, 'status' | 'told' | 'report' | 'error'>;

async function sendHttp(
  { request }: Extract<Action, { kind: 'http' }>,
  { host, signal }: Context,
): Promise<Done> {
  const policy = { retries: HTTP_RETRIES, random: host.random, now: () => host.clock.now() };
  const { sendRequest } = await import('../origin/send-request.ts');
  const status = await sendRequest(request, policy, signal);
  return { status: 'done', told: `answered ${status}` };
}

async function runCommand(
  action: Exclude<Action, { kind: 'http' }>,
  { yes, confirm }: Agreement,
  context: Context,
): Promise<Done> {
  const consent: readonly (readonly [string, RawValue])[] =
    action.kind === 'rewarm'
      ? []
      : [
          ...(yes ? [['yes', true] as const] : []),
          ...(confirm === undefined ? [] : [['confirm', confirm] as const]),
        ];
  const input = new Input(action.args, new Map([...action.flags, ...consent]));
  const command = await loadCommand(action.kind);
  const outcome = await command.run(input, context);
  const report = outcome.views.json();
  const told = summaryOf(action.kind, report);
  if (outcome.failure !== undefined) {
    return { status: 'failed', told: outcome.failure.message, report, error: outcome.failure };
  }
  return { status: outcome.exitCode === ExitCode.ok ? 'done' : 'failed', told, report };
}

async function loadCommand(
  kind: Exclude<ActionKind, 'http'>,
): Promise<{ readonly run: (input: Input, context: Context) => Promise<Outcome> }> {
  switch (kind) {
    case 'clear':
      return (await import('../clear/run.ts')).command;
    case 'bump':
      return (await import('../namespaces/run-bump.ts')).command;
    case 'rewarm':
      return (await import('../warm/run.ts')).command;
  }
}

/** The figures of a command's report that answer "and what did it do?". */
function summaryOf(kind: Exclude<ActionKind, 'http'>, report: JsonDocument): string {
  const count = (name: string): number => Number(report[name] ?? 0);
  switch (kind) {
    case 'clear':
      return `${countOf(count('removed'), 'key')} removed`;
    case 'bump':
      return bumped(report['namespaces']);
    case 'rewarm': {
      const warm =
        count('stored') + count('revalidated') + count('fresh') + count('touched') + count('verified');
      const failed = count('failed') + count('refused');
      if (failed === 0) return `${countOf(warm, 'target')} warm`;
      const reason = firstMessage(report['failures']) ?? firstMessage(report['refusals']);
      return `${countOf(warm, 'target')} warm, ${failed} failed${reason === undefined ? '' : `: ${reason}`}`;
    }
  }
}

/** Why the first targets of a list in `warm`'s report failed. */
function firstMessage(failures: unknown): string | undefined {
  if (!Array.isArray(failures)) return undefined;
  const [first] = failures as readonly { readonly message?: unknown }[];
  return typeof first?.message === 'string' ? first.message : undefined;
}

function bumped(namespaces: unknown): string {
  if (!Array.isArray(namespaces)) return 'raised';
  return namespaces
    .map(
      (item: { readonly namespace?: unknown; readonly to?: unknown }) =>
        `${String(item.namespace)} is ${String(item.to)}`,
    )
    .join(', ');
}
