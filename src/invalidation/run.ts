import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import type { RuleSpec } from '../config/rule-spec.ts';
import { actionsOf } from './action.ts';
import { carryOutActions, type Agreement } from './carry-out.ts';
import { agreeOn } from './consent.ts';
import { MAX_EVENT_BYTES, parseDataFlags, readEventData } from './event.ts';
import { findRule } from './find-rule.ts';
import { planRule } from './plan.ts';
import { invalidationExitCode, invalidationViews } from './report.ts';
import { readAll } from './read-all.ts';

interface InvalidateOptions extends Agreement {
  readonly rule: RuleSpec;
  readonly data: Readonly<Record<string, string>>;
  readonly dryRun: boolean;
}

/** @throws UsageError for an unknown event and data that cannot be read */
async function parseInvalidate(input: Input, context: Context): Promise<InvalidateOptions> {
  const [name] = input.args;
  if (context.spec === undefined) {
    throw new UsageError('invalidate needs a spec file: it says what an event does');
  }
  if (name === undefined) throw new UsageError('say which event happened');
  const rule = findRule(context.spec.spec, name);
  const from = input.text('data-from');
  const file = from === undefined ? {} : readEventData(await readData(from, context), `--data-from ${from}`);
  return {
    rule,
    // What is typed goes before what is piped in.
    data: { ...file, ...parseDataFlags(input) },
    dryRun: input.on('dry-run'),
    yes: input.on('yes'),
    confirm: input.text('confirm'),
  };
}

async function readData(from: string, { host, signal }: Context): Promise<string> {
  return readAll(from, { host, signal, maxBytes: MAX_EVENT_BYTES, flag: '--data-from' });
}

async function runInvalidate(options: InvalidateOptions, context: Context): Promise<Outcome> {
  const { rule, data, dryRun } = options;
  const actions = actionsOf(planRule(rule, [data]));
  const startedAt = context.host.clock.monotonicMs();
  const elapsedMs = (): number => context.host.clock.monotonicMs() - startedAt;
  if (dryRun) {
    const report = {
      event: rule.name,
      results: [],
      planned: actions,
      elapsedMs: elapsedMs(),
      interrupted: false,
    };
    return { exitCode: invalidationExitCode(report), views: invalidationViews(report) };
  }
  const agreement = await agreeOn(actions, options, context);
  const results = await carryOutActions(actions, rule.onFailure, agreement, context);
  const report = { event: rule.name, results, elapsedMs: elapsedMs(), interrupted: context.signal.aborted };
  return { exitCode: invalidationExitCode(report), views: invalidationViews(report) };
}

export const command = defineCommand({ parse: parseInvalidate, run: runInvalidate });
