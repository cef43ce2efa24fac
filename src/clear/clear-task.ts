import path from 'node:path';
import { openAudit, type Audit } from '../audit/audit.ts';
import type { Outcome } from '../cli/command.ts';
import type { Reach } from '../cli/confirmation.ts';
import type { Context } from '../cli/context.ts';
import { UsageError, type CachectlError } from '../cli/errors.ts';
import { escapeText } from '../keys/printable.ts';
import { readIdentity } from '../redis/identity.ts';
import type { RedisClient } from '../redis/types.ts';
import type { BoundSelection } from '../selection/bind.ts';
import { shellWord } from '../text/shell.ts';
import { carryOut } from './carry-out.ts';
import { tooManyKeys } from './execute.ts';
import type { RemovalOptions } from './options.ts';
import { countUpTo, planClear, type ClearPlan } from './plan.ts';
import { createPlanFile, type ClearingCommand } from './plan-file.ts';
import { clearExitCode, clearViews, renderPlan, type ClearReport } from './report.ts';

/** What is to be cleared, wherever that was said. */
export interface ClearTask {
  /** The command that clears: reports and the audit trail name it. */
  readonly command: ClearingCommand;
  readonly bound: BoundSelection;
  readonly reach: Reach;
  /** For reports, plans and the audit trail. */
  readonly described: Readonly<Record<string, unknown>>;
  /** What must be the same for a saved place to mean anything, where that is not all that is described. */
  readonly resumable?: Readonly<Record<string, unknown>>;
  /** Told of the report before it is printed. */
  readonly onReport: (report: ClearReport) => Promise<void> | void;
}

/**
 * The front door of clearing: asks, plans or removes, and reports, whichever the options say. The audit trail
 * is opened before the task.
 * @throws CachectlError where there is no report
 */
export async function runClearTask(
  options: RemovalOptions,
  context: Context,
  open: (client: RedisClient) => Promise<ClearTask>,
): Promise<Outcome> {
  const client = await context.redis();
  const audit = options.dryRun ? undefined : await openAudit(options.audit, context);
  const task = await open(client);
  try {
    if (options.dryRun || options.planFile !== undefined)
      return await runPlan(task, options, client, context);
    await context.confirm({
      reach: task.reach,
      yes: options.yes,
      confirm: options.confirm,
      preview: async () => {
        const planned = await plan(task, client, context);
        const interrupted = context.signal.aborted;
        if (planned.matched === 0 && !interrupted) return undefined;
        const { layout } = context;
        return renderPlan(planned, { target: client.target, layout, how: options.how, interrupted });
      },
    });
    if (options.maxKeys !== undefined) {
      const matched = await countUpTo(client, task.bound, options.maxKeys, context.signal);
      if (matched > options.maxKeys) throw tooManyKeys(options.maxKeys);
    }
    const report = await carryOut(task, options, client, context);
    const unaudited = await leaveLine(task, audit, report);
    return await outcomeOf(task, report, unaudited);
  } finally {
    await task.bound.close();
  }
}

async function plan(
  task: ClearTask,
  client: RedisClient,
  context: Context,
  onKeys?: (keys: readonly Buffer[]) => Promise<void>,
): Promise<ClearPlan> {
  const progress = context.progress({ label: 'counting', unit: 'keys' });
  try {
    return await planClear(client, task.bound, {
      signal: context.signal,
      onProgress: progress.update,
      ...(onKeys === undefined ? {} : { onKeys }),
    });
  } finally {
    progress.stop();
  }
}

/** Looks at everything and writes nothing to Redis. */
async function runPlan(
  task: ClearTask,
  options: RemovalOptions,
  client: RedisClient,
  context: Context,
): Promise<Outcome> {
  const startedAt = context.host.clock.monotonicMs();
  const planned = await planInto(options.planFile, task, client, context);
  const report: ClearReport = {
    kind: 'plan',
    command: task.command,
    target: client.target,
    selection: task.described,
    layout: context.layout,
    how: options.how,
    plan: planned,
    planFile: options.planFile,
    elapsedMs: context.host.clock.monotonicMs() - startedAt,
    interrupted: context.signal.aborted,
  };
  if (options.maxKeys !== undefined && planned.matched > options.maxKeys) {
    const failure = tooManyKeys(options.maxKeys);
    return { exitCode: failure.exitCode, views: clearViews(report), failure };
  }
  return outcomeOf(task, report);
}

async function planInto(
  file: string | undefined,
  task: ClearTask,
  client: RedisClient,
  context: Context,
): Promise<ClearPlan> {
  if (file === undefined) return plan(task, client, context);
  const writer = await createPlanFile(path.resolve(context.host.cwd, file), {
    createdAtMs: context.host.clock.now(),
    identity: await readIdentity(client),
    command: task.command,
    reach: task.reach,
    selection: task.described,
  });
  let finished = false;
  try {
    const planned = await plan(task, client, context, writer.add);
    // Half a plan must not stand under its name, where somebody would apply it as the whole.
    if (context.signal.aborted) return planned;
    if (planned.lost.length > 0)
      throw new UsageError('no plan was written: not every server could be looked at');
    await writer.finish();
    finished = true;
    context.messages.note(
      `plan written to ${escapeText(file)}; cachectl ${task.command} --apply ${escapeText(shellWord(file))} carries it out`,
    );
    return planned;
  } finally {
    if (!finished) await writer.abandon();
  }
}

async function leaveLine(
  { command }: ClearTask,
  audit: Audit | undefined,
  report: ClearReport,
): Promise<CachectlError | undefined> {
  if (audit === undefined || report.kind !== 'result') return undefined;
  const { matched, removed, gone, kept, failure, lost } = report.result;
  const { name, location, protected: isProtected } = report.target;
  return audit.write({
    command,
    target: { name, location, protected: isProtected },
    selection: report.selection,
    counts: { matched, removed: report.how.kind === 'soft' ? 0 : removed, already_gone: gone, kept },
    outcome: report.interrupted ? 'interrupted' : (failure?.code ?? (lost.length > 0 ? 'partial' : 'done')),
  });
}

/** @param later what went wrong after the work */
async function outcomeOf(task: ClearTask, report: ClearReport, later?: CachectlError): Promise<Outcome> {
  await task.onReport(report);
  const failure = (report.kind === 'result' ? report.result.failure : undefined) ?? later;
  return { exitCode: failure?.exitCode ?? clearExitCode(report), views: clearViews(report), failure };
}
