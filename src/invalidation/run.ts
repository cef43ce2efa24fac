import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { actionsOf } from './action.ts';
import { carryOutActions } from './carry-out.ts';
import { agreeOn } from './consent.ts';
import { parseEvent, type EventOptions } from './event-options.ts';
import { planRule } from './plan.ts';
import { invalidationExitCode, invalidationViews } from './report.ts';

async function runInvalidate(options: EventOptions, context: Context): Promise<Outcome> {
  const { rule, data, dryRun } = options;
  const actions = actionsOf(planRule(rule, [data]));
  const startedAt = context.host.clock.monotonicMs();
  const agreement = dryRun ? options : await agreeOn(actions, options, context);
  const results = dryRun ? [] : await carryOutActions(actions, rule.onFailure, agreement, context);
  const report = {
    event: rule.name,
    results,
    planned: dryRun ? actions : undefined,
    elapsedMs: context.host.clock.monotonicMs() - startedAt,
    interrupted: context.signal.aborted,
  };
  return { exitCode: invalidationExitCode(report), views: invalidationViews(report) };
}

export const command = defineCommand({
  parse: (input, context) => parseEvent('invalidate', input, context),
  run: runInvalidate,
});
