import { setMaxListeners } from 'node:events';
import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Input } from '../cli/input.ts';
import type { Spec } from '../config/spec.ts';
import { actionsOf, type Action } from '../invalidation/action.ts';
import { agreeOn } from '../invalidation/consent.ts';
import { needed, planRule } from '../invalidation/plan.ts';
import { newCounters } from './counters.ts';
import { listenTo } from './listen-to.ts';
import { parseListen, type ListenOptions } from './options.ts';
import { listenViews } from './report.ts';

interface Listening extends ListenOptions {
  readonly spec: Spec;
}

/** @throws UsageError */
function parse(input: Input, { spec, host }: Context): Listening {
  if (spec === undefined) throw new UsageError('listen needs a spec file: it says what events do');
  if (Object.keys(spec.spec.invalidation ?? {}).length === 0) {
    throw new UsageError('the spec file has no `invalidation`: no event would do anything');
  }
  return { ...parseListen(input, host), spec: spec.spec };
}

async function run(options: Listening, context: Context): Promise<Outcome> {
  const { clock } = context.host;
  const counters = newCounters();
  const startedAt = clock.monotonicMs();
  // A wrong address or password is told at once; only what was there before is waited for.
  await context.redis();
  const agreement = await agreeOn(everyAction(options.spec), options, context);
  const drain = new AbortController();
  setMaxListeners(0, drain.signal);
  let timer: NodeJS.Timeout | undefined;
  let isBrokenOff = false;
  const onStop = (): void => {
    timer = setTimeout(() => {
      isBrokenOff = true;
      drain.abort(context.signal.reason);
    }, options.drainMs);
  };
  if (context.signal.aborted) onStop();
  else context.signal.addEventListener('abort', onStop, { once: true });
  try {
    await listenTo(
      {
        options,
        spec: options.spec,
        agreement,
        counters,
        drain: drain.signal,
        giveUp: () => drain.abort(context.signal.reason),
      },
      context,
    );
  } finally {
    context.signal.removeEventListener('abort', onStop);
    clearTimeout(timer);
  }
  return {
    exitCode: ExitCode.ok,
    views: listenViews({ counters, elapsedMs: clock.monotonicMs() - startedAt }),
    // Being told to stop is how a listener ends; it was interrupted only where that took something from its hands.
    endsWithSignal: !isBrokenOff,
  };
}

/** The rules with their placeholders standing for themselves: what may happen, before anything does. */
function everyAction(spec: Spec): readonly Action[] {
  return Object.values(spec.invalidation ?? {}).flatMap((rule) => {
    const data = Object.fromEntries(needed(rule).map((name) => [name, `{${name}}`]));
    return actionsOf(planRule(rule, [data]));
  });
}

export const command = defineCommand({ parse, run });
