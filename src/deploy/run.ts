import { defineCommand, type JsonDocument, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import { Input, type RawValue } from '../cli/input.ts';
import { actionLine, actionsOf } from '../invalidation/action.ts';
import { carryOutActions } from '../invalidation/carry-out.ts';
import { agreeOn } from '../invalidation/consent.ts';
import { parseEvent, type EventOptions } from '../invalidation/event-options.ts';
import { planRule } from '../invalidation/plan.ts';
import { actionsJson, invalidationExitCode, renderInvalidation } from '../invalidation/report.ts';

interface DeployOptions extends EventOptions {
  readonly check: boolean;
  readonly allowNoData: boolean;
}

/** @throws UsageError */
async function parse(input: Input, context: Context): Promise<DeployOptions> {
  if (input.on('no-check'))
    refuseIdle(input, ['allow-no-data'], 'is about the budgets, which --no-check leaves out');
  return {
    ...(await parseEvent('deploy', input, context)),
    check: !input.on('no-check') && (context.spec?.spec.budgets ?? []).length > 0,
    allowNoData: input.on('allow-no-data'),
  };
}

async function run(options: DeployOptions, context: Context): Promise<Outcome> {
  const { rule, data, dryRun } = options;
  const { clock } = context.host;
  const startedAt = clock.monotonicMs();
  const actions = actionsOf(planRule(rule, [data]));
  if (dryRun) return planned(actions.map(actionLine), options);
  const agreement = await agreeOn(actions, options, context);
  const results = await carryOutActions(actions, rule.onFailure, agreement, context);
  const report = {
    event: rule.name,
    results,
    elapsedMs: clock.monotonicMs() - startedAt,
    interrupted: context.signal.aborted,
  };
  const checked = options.check && !context.signal.aborted ? await checkBudgets(options, context) : undefined;
  const acted = invalidationExitCode(report);
  return {
    exitCode: acted === ExitCode.ok ? (checked?.exitCode ?? ExitCode.ok) : acted,
    failure: acted === ExitCode.ok ? checked?.failure : undefined,
    views: {
      table: (terminal) =>
        [
          renderInvalidation(report, terminal),
          ...(checked === undefined ? [] : ['', checked.views.table(terminal)]),
        ].join('\n'),
      json: () =>
        toJson(rule.name, actionsJson(results), checked, clock.monotonicMs() - startedAt, report.interrupted),
    },
  };
}

function planned(lines: readonly string[], { rule, check }: DeployOptions): Outcome {
  const all = [...lines, ...(check ? ['cachectl stats --check'] : [])];
  return {
    exitCode: ExitCode.ok,
    views: {
      table: () => [`${rule.name} would run:`, ...all.map((line) => `  ${line}`)].join('\n'),
      json: () => ({ schema: SCHEMA, event: rule.name, dry_run: true, lines: all }),
    },
  };
}

/** The figures after the deploy, held against the budgets. */
async function checkBudgets({ allowNoData }: DeployOptions, context: Context): Promise<Outcome> {
  const { command } = await import('../stats/run.ts');
  const flags = new Map<string, RawValue>([
    ['check', true],
    ...(allowNoData ? [['allow-no-data', true] as const] : []),
  ]);
  return command.run(new Input([], flags), context);
}

const SCHEMA = 'cachectl/deploy/v1';

function toJson(
  event: string,
  actions: readonly unknown[],
  checked: Outcome | undefined,
  elapsedMs: number,
  interrupted: boolean,
): JsonDocument {
  return {
    schema: SCHEMA,
    event,
    dry_run: false,
    actions,
    checks: checked?.views.json() ?? null,
    elapsed_ms: Math.round(elapsedMs * 10) / 10,
    interrupted,
  };
}

export const command = defineCommand({ parse, run });
