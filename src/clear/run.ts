import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import type { Layout } from '../keys/layout.ts';
import { looksLikePattern } from '../keys/pattern.ts';
import { printableKey } from '../keys/printable.ts';
import type { RedisClient } from '../redis/types.ts';
import { bindSelection } from '../selection/bind.ts';
import { selectionJson } from '../selection/describe.ts';
import { askSelection } from '../selection/ask-selection.ts';
import { reachOf } from '../selection/reach.ts';
import { namesSource, type Selection } from '../selection/selection.ts';
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
        hintAtNothing(report, source.selection, context);
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

/** Laravel and Symfony have tags of their own, which these are not. */
function hintAtFrameworkTags({ tags }: Selection, layout: Layout, { messages }: Context): void {
  const [tag] = tags;
  if (tag === undefined || (layout.type !== 'laravel' && layout.type !== 'symfony')) return;
  const name = layout.type === 'laravel' ? 'Laravel' : 'Symfony';
  messages.note(
    `--tag means cachectl's own tags; for a tag of ${name} say --${layout.type}-tag ${printableKey(tag)}`,
  );
}

/** Where nothing was found, the two usual reasons: a pattern given as a key, and a prefix nobody thought of. */
function hintAtNothing(report: ClearReport, selection: Selection, context: Context): void {
  const found =
    report.kind === 'plan'
      ? report.plan.matched > 0
      : report.result.removed + report.result.kept > 0 || report.result.failure !== undefined;
  if (found) return;
  const { layout } = report;
  hintAtFrameworkTags(selection, layout, context);
  const { note } = context.messages;
  const key = selection.keys.map(printableKey).find(looksLikePattern);
  if (key !== undefined) note(`"${key}" was taken as an exact key; for a pattern say --pattern "${key}"`);
  // Addresses and tags have no prefix of their own that anybody could have left out or doubled.
  const hasOther = selection.addresses.length > 0 || selection.tags.length > 0;
  const isPrefixed = !hasOther || namesSource({ ...selection, addresses: [], tags: [] });
  if (layout.prefix.length > 0 && isPrefixed) {
    note(
      `nothing found; the ${layout.type} layout puts ${printableKey(layout.prefix)} in front of keys and patterns`,
    );
  }
}

export const command = defineCommand({
  parse: async (input, context) =>
    parseClear(input.has('apply') ? input : await askSelection(input, context, 'delete')),
  run: runClear,
});
