import type { Outcome } from '../../cli/command.ts';
import type { Context } from '../../cli/context.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { formatCount } from '../../units/number.ts';
import type { LoadModel } from '../engine/model.ts';
import { gated } from '../gate/gate.ts';
import type { LoadWork } from '../options.ts';
import { findRate } from './find-rate.ts';
import type { SearchOptions } from './options.ts';
import { searchViews, type SearchReport } from './report.ts';

/** Looks for the highest rate at which the conditions hold; `run` puts a load on. */
export async function runSearch(
  search: SearchOptions,
  work: LoadWork,
  run: (work: LoadWork) => Promise<Outcome>,
  { host, signal, messages }: Context,
): Promise<Outcome> {
  const startedAt = host.clock.now();
  let best: { readonly perSecond: number; readonly outcome: Outcome } | undefined;
  const found = await findRate(search.rates, async (perSecond) => {
    if (signal.aborted) return undefined;
    const outcome = await run({ ...work, load: { ...work.load, model: atRate(work, perSecond, search) } });
    if (signal.aborted) return undefined;
    const gate = { kind: 'load', assertions: search.conditions, baseline: undefined, startedAt } as const;
    const holds = gated(outcome, gate, host.clock.now()).exitCode === ExitCode.ok;
    messages.note(`${formatCount(perSecond)}/s: ${holds ? 'holds' : 'does not hold'}`);
    if (holds && perSecond >= (best?.perSecond ?? 0)) best = { perSecond, outcome };
    return holds;
  });
  const report: SearchReport = {
    conditions: search.conditions.map(({ text }) => text),
    found,
    durationMs: search.durationMs,
    interrupted: signal.aborted,
    best: best?.perSecond === found.perSecond ? best?.outcome.views.json() : undefined,
  };
  // That nothing held is an answer to the question, and a gate that is shut.
  const exitCode = found.perSecond === undefined && !signal.aborted ? ExitCode.assertion : ExitCode.ok;
  return { exitCode, views: searchViews(report) };
}

function atRate({ load }: LoadWork, perSecond: number, { durationMs }: SearchOptions): LoadModel {
  const stage = { durationMs: load.warmupMs + durationMs, fromPerSecond: perSecond, toPerSecond: perSecond };
  if (load.model.kind !== 'open') throw new Error('a search without a schedule');
  return { ...load.model, stages: [stage] };
}
