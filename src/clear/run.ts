import path from 'node:path';
import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { looksLikePattern } from '../keys/pattern.ts';
import { printableKey } from '../keys/printable.ts';
import { readIdentity } from '../redis/identity.ts';
import type { RedisClient } from '../redis/types.ts';
import { bindKeys, bindSelection } from '../selection/bind.ts';
import { selectionJson } from '../selection/describe.ts';
import { askSelection } from '../selection/ask-selection.ts';
import { reachOf } from '../selection/reach.ts';
import { namesSource, type Selection } from '../selection/selection.ts';
import { runClearTask, type ClearTask } from './clear-task.ts';
import { parseClear, type ClearOptions } from './options.ts';
import { checkPlan, readPlanFile } from './plan-file.ts';
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
      onReport: (report) => hintAtNothing(report, source.selection, context),
    };
  }
  const file = path.resolve(context.host.cwd, source.path);
  const { header, keys } = await readPlanFile(file);
  checkPlan(header, {
    identity: await readIdentity(client),
    nowMs: context.host.clock.now(),
    maxAgeMs: source.maxAgeMs,
  });
  return {
    command: 'clear',
    bound: bindKeys(keys, context.layout),
    reach: header.reach,
    described: header.selection,
    onReport: () => undefined,
  };
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

export const command = defineCommand({
  parse: async (input, context) =>
    parseClear(input.has('apply') ? input : await askSelection(input, context, 'delete')),
  run: runClear,
});
