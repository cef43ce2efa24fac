import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import type { RedisClient } from '../redis/types.ts';
import { bindSelection } from '../selection/bind.ts';
import { selectionJson } from '../selection/describe.ts';
import { askSelection } from '../selection/ask-selection.ts';
import { reachOf } from '../selection/reach.ts';
import { hintAtNothing } from '../selection/hints.ts';
import type { Selection } from '../selection/selection.ts';
import { pruneSets } from '../tags/prune.ts';
import { tagSets } from '../tags/tag-sets.ts';
import { runClearTask, type ClearTask } from './clear-task.ts';
import { parseClear, type ClearOptions } from './options.ts';
import { openPlan } from './open-plan.ts';
import type { ClearReport } from './report.ts';

function runClear(options: ClearOptions, context: Context): Promise<Outcome> {
  return runClearTask(options, context, (client) => openTask(options, client, context));
}

async function openTask(options: ClearOptions, client: RedisClient, context: Context): Promise<ClearTask> {
  const { source } = options;
  if (source.kind === 'selection') {
    const twice = context.canAsk || options.maxKeys !== undefined;
    return {
      command: 'clear',
      bound: await bindSelection(source.selection, context, { twice }),
      reach: reachOf(source.selection),
      described: selectionJson(source.selection, context.layout),
      onReport: async (report) => {
        await forgetCleared(report, source.selection, client, context);
        if (foundNothing(report)) hintAtNothing(source.selection, context);
      },
    };
  }
  return openPlan('clear', source, client, context);
}

/** What was cleared by tag is taken out of the index; what fails there is left to time, or to `tags repair`. */
async function forgetCleared(
  report: ClearReport,
  { tags }: Selection,
  client: RedisClient,
  { layout, messages, signal }: Context,
): Promise<void> {
  const isRemoval =
    report.kind === 'result' && report.how.kind !== 'soft' && report.result.failure === undefined;
  if (!isRemoval || tags.length === 0) return;
  try {
    await pruneSets(
      client,
      tags.flatMap((tag) => tagSets(tag, layout)),
      signal,
    );
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    messages.verbose(`the index of tags was not trimmed: ${error.message}`);
  }
}

/** Whether a run, or what it would do, came upon no key at all. */
function foundNothing(report: ClearReport): boolean {
  if (report.kind === 'plan') return report.plan.matched === 0;
  const { removed, kept, failure } = report.result;
  return removed + kept === 0 && failure === undefined;
}

export const command = defineCommand({
  parse: async (input, context) =>
    parseClear(input.has('apply') ? input : await askSelection(input, context, 'delete')),
  run: runClear,
});
