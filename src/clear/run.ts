import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import { looksLikePattern } from '../keys/pattern.ts';
import { printableKey } from '../keys/printable.ts';
import { executeClear } from './execute.ts';
import { planClear, type ClearPlan } from './plan.ts';
import { clearExitCode, clearViews, renderPlan, type ClearReport } from './report.ts';
import { reachOf, toPhysical, type Selection } from './selection.ts';

interface ClearOptions {
  readonly selection: Selection;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly confirm: string | undefined;
}

/** @throws UsageError */
export function parseClear(input: Input): ClearOptions {
  const keys = uniqueKeys(input.bytes(input.args));
  const patterns = input.bytes(input.texts('pattern'));
  const all = input.on('all');
  if (patterns.some((pattern) => pattern.length === 0))
    throw new UsageError('--pattern is empty: it would match nothing');
  if (!all && keys.length === 0 && patterns.length === 0) {
    throw new UsageError('say what to clear: keys, --pattern GLOB or --all', {
      hint: 'for example: cachectl clear --pattern "user:*" --dry-run',
    });
  }
  if (all && (keys.length > 0 || patterns.length > 0)) {
    throw new UsageError('--all stands alone: it already means every key');
  }
  return {
    selection: { keys, patterns, all },
    dryRun: input.on('dry-run'),
    yes: input.on('yes'),
    confirm: input.text('confirm'),
  };
}

function uniqueKeys(keys: readonly Buffer[]): readonly Buffer[] {
  return [...new Map(keys.map((key) => [key.toString('latin1'), key])).values()];
}

async function runClear(options: ClearOptions, context: Context): Promise<Outcome> {
  const { signal, host, layout, messages } = context;
  const client = await context.redis();
  const selection = toPhysical(options.selection, layout);
  const base = { target: client.target, selection: options.selection, layout };

  const plan = async (): Promise<ClearPlan> => {
    const progress = context.progress({ label: 'counting', unit: 'keys' });
    try {
      return await planClear(client, selection, signal, progress.update);
    } finally {
      progress.stop();
    }
  };
  if (!options.dryRun) {
    await context.confirm({
      reach: reachOf(options.selection),
      yes: options.yes,
      confirm: options.confirm,
      preview: async () => renderPlan(await plan(), { ...base, interrupted: signal.aborted }),
    });
  }
  const startedAt = host.clock.monotonicMs();
  let report: ClearReport;
  if (options.dryRun) {
    const planned = await plan();
    report = { ...base, kind: 'plan', plan: planned, ...timing(context, startedAt) };
  } else {
    const progress = context.progress({ label: 'clearing', unit: 'keys' });
    const result = await executeClear(client, selection, signal, progress.update);
    report = { ...base, kind: 'result', result, ...timing(context, startedAt) };
  }
  hintAtNothing(report, messages.note);
  const failure = report.kind === 'result' ? report.result.failure : undefined;
  return { exitCode: failure?.exitCode ?? clearExitCode(report), views: clearViews(report), failure };
}

function timing(
  context: Context,
  startedAt: number,
): { readonly elapsedMs: number; readonly interrupted: boolean } {
  return { elapsedMs: context.host.clock.monotonicMs() - startedAt, interrupted: context.signal.aborted };
}

/** Where nothing was found, the two usual reasons: a pattern given as a key, and a prefix nobody thought of. */
function hintAtNothing(report: ClearReport, note: (text: string) => void): void {
  const { layout, selection } = report;
  if (
    report.kind === 'plan'
      ? report.plan.matched > 0
      : report.result.removed + report.result.uncounted > 0 || report.result.failure !== undefined
  )
    return;
  const key = selection.keys.map(printableKey).find(looksLikePattern);
  if (key !== undefined) note(`"${key}" was taken as an exact key; for a pattern say --pattern "${key}"`);
  if (layout.prefix.length > 0) {
    note(
      `nothing found; the layout of the spec file puts ${printableKey(layout.prefix)} in front of keys and patterns`,
    );
  }
}

export const command = defineCommand({ parse: parseClear, run: runClear });
