import type { Context } from '../cli/context.ts';
import type { ClearTask } from '../clear/clear-task.ts';
import { openPlan } from '../clear/open-plan.ts';
import type { PlanSource } from '../clear/options.ts';
import { refusedPlan } from '../clear/plan-file.ts';
import { escapeText } from '../keys/printable.ts';
import type { RedisClient } from '../redis/types.ts';
import { conditionsJson } from '../selection/describe.ts';
import type { Selection } from '../selection/selection.ts';
import { chooseNamespaces } from './choose.ts';
import { readCounter } from './counter.ts';

/** What `namespace gc` was asked to remove. */
export interface AskedGarbage {
  readonly keep: number;
  readonly narrowing: Selection;
}

/** The versions of one namespace that go, and the counter from which that follows. */
export interface ChosenGarbage {
  readonly namespace: string;
  readonly version: number;
  readonly removedVersions: ReadonlySet<number>;
}

/** The choice for reports, plans and the audit trail. */
export function describeGarbage(
  { keep, narrowing }: AskedGarbage,
  chosen: readonly ChosenGarbage[],
): Readonly<Record<string, unknown>> {
  return {
    keep,
    namespaces: chosen.map(({ namespace, version, removedVersions }) => ({
      namespace,
      version,
      removed_versions: [...removedVersions],
    })),
    ...conditionsJson(narrowing),
  };
}

/**
 * What must be the same for a saved place to mean anything: not the versions that were found, because an
 * interrupted run has removed the last keys of some.
 */
export function describeCounters(
  { keep, narrowing }: AskedGarbage,
  chosen: readonly ChosenGarbage[],
): Readonly<Record<string, unknown>> {
  return {
    keep,
    namespaces: chosen.map(({ namespace, version }) => ({ namespace, version })),
    ...conditionsJson(narrowing),
  };
}

/**
 * A plan of `namespace gc`, where every counter still is where it was: after a rollback, what the plan calls old
 * may be what everybody reads.
 * @throws CachectlError exit 7 where one has moved
 */
export async function openGarbagePlan(
  source: PlanSource,
  client: RedisClient,
  context: Context,
): Promise<ClearTask> {
  const task = await openPlan('namespace gc', source, client, context);
  try {
    await refuseMoved(plannedCounters(task.described), client, context);
  } catch (error) {
    await task.bound.close();
    throw error;
  }
  return task;
}

async function refuseMoved(
  planned: ReadonlyMap<string, number>,
  client: RedisClient,
  context: Context,
): Promise<void> {
  for (const form of chooseNamespaces([...planned.keys()], context)) {
    const was = planned.get(form.spec.name);
    const { version } = await readCounter(client, form);
    if (version === was) continue;
    throw refusedPlan(
      `${escapeText(form.spec.name)} was at version ${was ?? 'unknown'} when the plan was made, and is at ${version}`,
      'make a new one with cachectl namespace gc --plan FILE',
    );
  }
}

/** The counters that a plan rests on, as `describeGarbage` wrote them. */
function plannedCounters(described: Readonly<Record<string, unknown>>): ReadonlyMap<string, number> {
  const { namespaces } = described;
  if (!Array.isArray(namespaces)) throw withoutCounters();
  return new Map(
    namespaces.map((entry: unknown) => {
      const { namespace, version } = (entry ?? {}) as { namespace?: unknown; version?: unknown };
      if (typeof namespace !== 'string' || typeof version !== 'number') throw withoutCounters();
      return [namespace, version];
    }),
  );
}

function withoutCounters(): Error {
  return refusedPlan('the plan does not say where the counters were', 'make a new one with --plan FILE');
}
