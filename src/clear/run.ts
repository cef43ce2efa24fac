import path from 'node:path';
import { openAudit, type Audit } from '../audit/audit.ts';
import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Reach } from '../cli/confirmation.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import { looksLikePattern } from '../keys/pattern.ts';
import { printableKey } from '../keys/printable.ts';
import { readIdentity } from '../redis/identity.ts';
import type { RedisClient } from '../redis/types.ts';
import { bindKeys, bindSelection, type BoundSelection } from '../selection/bind.ts';
import { selectionJson } from '../selection/describe.ts';
import { reachOf } from '../selection/reach.ts';
import { namesSource, type Selection } from '../selection/selection.ts';
import { carryOut } from './carry-out.ts';
import { tooManyKeys } from './execute.ts';
import { parseClear, type ClearOptions } from './options.ts';
import { countUpTo, planClear, type ClearPlan } from './plan.ts';
import { checkPlan, createPlanFile, readPlanFile } from './plan-file.ts';
import { clearExitCode, clearViews, renderPlan, type ClearReport } from './report.ts';

/** What is to be cleared, wherever that was said. */
export interface ClearTask {
  readonly bound: BoundSelection;
  readonly reach: Reach;
  /** For reports, plans and the audit trail. */
  readonly described: Readonly<Record<string, unknown>>;
}

async function runClear(options: ClearOptions, context: Context): Promise<Outcome> {
  const client = await context.redis();
  const audit = options.dryRun ? undefined : await openAudit(options.audit, context);
  const task = await openTask(options, client, context);
  try {
    if (options.dryRun || options.planFile !== undefined)
      return await runPlan(task, options, client, context);
    await context.confirm({
      reach: task.reach,
      yes: options.yes,
      confirm: options.confirm,
      preview: async () =>
        renderPlan(await plan(task, client, context), {
          target: client.target,
          layout: context.layout,
          how: options.how,
          interrupted: context.signal.aborted,
        }),
    });
    if (options.maxKeys !== undefined) {
      const matched = await countUpTo(client, task.bound, options.maxKeys, context.signal);
      if (matched > options.maxKeys) throw tooManyKeys(options.maxKeys);
    }
    const report = await carryOut(task, options, client, context);
    await leaveLine(audit, report);
    return outcomeOf(report, options, context);
  } finally {
    await task.bound.close();
  }
}

async function openTask(options: ClearOptions, client: RedisClient, context: Context): Promise<ClearTask> {
  const { source } = options;
  if (source.kind === 'selection') {
    const twice = context.canAsk || options.maxKeys !== undefined;
    return {
      bound: await bindSelection(source.selection, context, { twice }),
      reach: reachOf(source.selection),
      described: selectionJson(source.selection, context.layout),
    };
  }
  const file = path.resolve(context.host.cwd, source.path);
  const { header, keys } = await readPlanFile(file);
  checkPlan(header, {
    identity: await readIdentity(client),
    nowMs: context.host.clock.now(),
    maxAgeMs: source.maxAgeMs,
  });
  return { bound: bindKeys(keys, context.layout), reach: header.reach, described: header.selection };
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
  options: ClearOptions,
  client: RedisClient,
  context: Context,
): Promise<Outcome> {
  const startedAt = context.host.clock.monotonicMs();
  const planned = await planInto(options.planFile, task, client, context);
  const report: ClearReport = {
    kind: 'plan',
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
  return outcomeOf(report, options, context);
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
    context.messages.note(`plan written to ${file}; cachectl clear --apply ${file} carries it out`);
    return planned;
  } finally {
    if (!finished) await writer.abandon();
  }
}

async function leaveLine(audit: Audit | undefined, report: ClearReport): Promise<void> {
  if (audit === undefined || report.kind !== 'result') return;
  const { matched, removed, gone, kept, failure, lost } = report.result;
  const { name, location, protected: isProtected } = report.target;
  await audit.write({
    command: 'clear',
    target: { name, location, protected: isProtected },
    selection: report.selection,
    counts: { matched, removed: report.how.kind === 'soft' ? 0 : removed, already_gone: gone, kept },
    outcome: report.interrupted ? 'interrupted' : (failure?.code ?? (lost.length > 0 ? 'partial' : 'done')),
  });
}

function outcomeOf(report: ClearReport, options: ClearOptions, context: Context): Outcome {
  const { source } = options;
  if (source.kind === 'selection') hintAtNothing(report, source.selection, context);
  const failure = report.kind === 'result' ? report.result.failure : undefined;
  return { exitCode: failure?.exitCode ?? clearExitCode(report), views: clearViews(report), failure };
}

/** Where nothing was found, the two usual reasons: a pattern given as a key, and a prefix nobody thought of. */
function hintAtNothing(report: ClearReport, selection: Selection, context: Context): void {
  const found =
    report.kind === 'plan'
      ? report.plan.matched > 0
      : report.result.removed + report.result.kept > 0 || report.result.failure !== undefined;
  if (found) return;
  const { layout } = report;
  const { note } = context.messages;
  const key = selection.keys.map(printableKey).find(looksLikePattern);
  if (key !== undefined) note(`"${key}" was taken as an exact key; for a pattern say --pattern "${key}"`);
  const onlyAddresses = selection.addresses.length > 0 && !namesSource({ ...selection, addresses: [] });
  if (layout.prefix.length > 0 && !onlyAddresses) {
    note(
      `nothing found; the ${layout.type} layout puts ${printableKey(layout.prefix)} in front of keys and patterns`,
    );
  }
}

export const command = defineCommand({ parse: parseClear, run: runClear });
