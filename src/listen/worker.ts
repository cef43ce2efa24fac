import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import type { RuleSpec } from '../config/rule-spec.ts';
import { actionsOf } from '../invalidation/action.ts';
import { carryOutActions, type ActionResult, type Agreement } from '../invalidation/carry-out.ts';
import type { CacheEvent } from '../invalidation/event.ts';
import { planRule } from '../invalidation/plan.ts';
import { inParallel } from '../pace/in-parallel.ts';
import type { Counters } from './counters.ts';
import { readDelivery, type Delivery } from './delivery.ts';

/** What one run of a rule came to, for the log. */
export interface RunRecord {
  readonly event: string;
  /** Deliveries that it was for. */
  readonly events: number;
  readonly status: 'done' | 'failed';
  readonly elapsedMs: number;
  /** What failed first. */
  readonly error: CachectlError | undefined;
  readonly results: readonly ActionResult[];
}

/** Runs that are under way at once: one whose front hangs does not keep the others waiting. */
const RUNS_AT_ONCE = 4;

/** Deliveries whose events are carried out in one run of their rule. */
interface Group {
  readonly rule: RuleSpec;
  readonly members: { readonly delivery: Delivery; readonly event: CacheEvent }[];
}

/** Where deliveries end. */
export interface Settle {
  readonly acknowledge: (deliveries: readonly Delivery[]) => Promise<void>;
  readonly setAside: (delivery: Delivery, reason: string) => Promise<void>;
}

/** What handling takes. */
export interface WorkerTools extends Settle {
  readonly context: Context;
  readonly agreement: Agreement;
  readonly findRule: (name: string) => RuleSpec;
  readonly maxTries: number;
  readonly counters: Counters;
  readonly onRun: (record: RunRecord) => Promise<void>;
}

/**
 * Carries the rules of deliveries out. What comes for the first time is merged: events of one name are one run,
 * each thing done once. What failed before runs alone, so that it takes nobody along. A failed delivery stays
 * pending, to be tried again, until it has had its tries; then it is set aside.
 */
export async function handleDeliveries(deliveries: readonly Delivery[], tools: WorkerTools): Promise<void> {
  tools.counters.received += deliveries.length;
  await inParallel(await groupsOf(deliveries, tools), RUNS_AT_ONCE, async (group) => {
    if (!tools.context.signal.aborted) await runGroup(group, tools);
  });
}

async function groupsOf(deliveries: readonly Delivery[], tools: WorkerTools): Promise<readonly Group[]> {
  const merged = new Map<string, Group>();
  const groups: Group[] = [];
  for (const delivery of deliveries) {
    if (delivery.tries > tools.maxTries) {
      await setAside(delivery, `not done after ${tools.maxTries} tries: whoever tried was gone`, tools);
      continue;
    }
    try {
      const event = readDelivery(delivery);
      const rule = tools.findRule(event.name);
      // Fails here, alone, where a value is missing.
      planRule(rule, [event.data]);
      const member = { delivery, event };
      const together = delivery.tries === 1 ? merged.get(event.name) : undefined;
      if (together !== undefined) together.members.push(member);
      else {
        const group = { rule, members: [member] };
        groups.push(group);
        if (delivery.tries === 1) merged.set(event.name, group);
      }
    } catch (error) {
      if (!(error instanceof CachectlError)) throw error;
      await failed(delivery, error, tools);
    }
  }
  return groups;
}

async function runGroup({ rule, members }: Group, tools: WorkerTools): Promise<void> {
  const { context, agreement, counters } = tools;
  const startedAt = context.host.clock.monotonicMs();
  const plan = planRule(
    rule,
    members.map(({ event }) => event.data),
  );
  const results = await carryOutActions(actionsOf(plan), rule.onFailure, agreement, context);
  // Broken off in the middle: it stays pending, and comes again.
  if (context.signal.aborted && results.some(({ status }) => status !== 'done')) return;
  counters.runs++;
  const failure = results.find(({ status }) => status === 'failed');
  if (failure === undefined) {
    await tools.acknowledge(members.map(({ delivery }) => delivery));
    counters.handled += members.length;
  } else {
    for (const { delivery } of members) await failed(delivery, failure, tools);
  }
  await tools.onRun({
    event: rule.name,
    events: members.length,
    status: failure === undefined ? 'done' : 'failed',
    elapsedMs: context.host.clock.monotonicMs() - startedAt,
    error: failure?.error,
    results,
  });
}

async function failed(
  delivery: Delivery,
  why: { readonly message: string } | { readonly told: string },
  tools: WorkerTools,
): Promise<void> {
  const reason = 'told' in why ? why.told : why.message;
  tools.counters.failed++;
  if (delivery.tries >= tools.maxTries) await setAside(delivery, reason, tools);
}

async function setAside(delivery: Delivery, reason: string, tools: WorkerTools): Promise<void> {
  await tools.setAside(delivery, reason);
  tools.counters.deadLettered++;
}
