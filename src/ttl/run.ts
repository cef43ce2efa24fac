import { openAudit } from '../audit/audit.ts';
import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Reach } from '../cli/confirmation.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Input } from '../cli/input.ts';
import { keepPace } from '../pace/keep-pace.ts';
import type { PaceLimits } from '../pace/pace.ts';
import { parsePace } from '../pace/parse.ts';
import { bindSelection } from '../selection/bind.ts';
import { selectionJson } from '../selection/describe.ts';
import { hintAtNothing } from '../selection/hints.ts';
import { parseSelection } from '../selection/parse.ts';
import { reachOf } from '../selection/reach.ts';
import type { Selection } from '../selection/selection.ts';
import { parsePercent } from '../units/number.ts';
import type { LifeChange } from './change.ts';
import { executeTtl } from './execute.ts';
import { changeText, ttlViews, type TtlReport } from './report.ts';

interface TtlOptions {
  readonly selection: Selection;
  readonly change: LifeChange;
  readonly dryRun: boolean;
  readonly pace: PaceLimits;
  readonly audit: string | undefined;
  readonly yes: boolean;
  readonly confirm: string | undefined;
}

/** @throws UsageError */
export function parseTtl(input: Input): TtlOptions {
  return {
    change: parseChange(input),
    selection: parseSelection(input, {
      verb: 'change',
      example: 'cachectl ttl --pattern "user:*" --cap 1h --dry-run',
    }),
    dryRun: input.on('dry-run'),
    pace: parsePace(input),
    audit: input.text('audit'),
    yes: input.on('yes'),
    confirm: input.text('confirm'),
  };
}

function parseChange(input: Input): LifeChange {
  const kinds = (['set', 'extend', 'cap', 'persist'] as const).filter((name) => input.has(name));
  const [kind] = kinds;
  if (kind === undefined) throw new UsageError('say what to change: --set, --extend, --cap or --persist');
  if (kinds.length > 1)
    throw new UsageError(`${kinds.map((name) => `--${name}`).join(' and ')} contradict each other`);
  if (kind !== 'set' && (input.has('jitter') || input.has('only-missing')))
    throw new UsageError('--jitter and --only-missing go with --set');
  if (kind === 'persist') return { kind };
  const ms = input.durationMs(kind) ?? 0;
  if (kind !== 'set') return { kind, ms };
  return { kind, ms, jitter: parseJitter(input.text('jitter')), onlyMissing: input.on('only-missing') };
}

function parseJitter(text: string | undefined): number {
  if (text === undefined) return 0;
  const fraction = parsePercent(text);
  if (fraction === undefined) throw new UsageError(`--jitter takes a percentage such as 10%, not "${text}"`);
  return fraction;
}

/**
 * A change of life can be undone or waited out more easily than a deletion: only what reaches over the whole
 * keyspace is asked about, and on a protected connection all but exact keys.
 */
function ttlReach(selection: Selection, isProtected: boolean): Reach {
  const reach = reachOf(selection);
  if (reach === 'everything' || reach === 'filters') return 'filters';
  return isProtected ? reach : 'named';
}

async function runTtl(options: TtlOptions, context: Context): Promise<Outcome> {
  const { host, layout, signal } = context;
  const client = await context.redis();
  const { target } = client;
  const audit = options.dryRun ? undefined : await openAudit(options.audit, context);
  if (!options.dryRun) {
    await context.confirm({
      reach: ttlReach(options.selection, target.protected),
      yes: options.yes,
      confirm: options.confirm,
      deed: { verb: 'change', noun: 'changing' },
      preview: () =>
        Promise.resolve([`The selected keys of ${target.name} would ${changeText(options.change)}`]),
    });
  }
  const bound = await bindSelection(options.selection, context, { twice: false });
  const startedAt = host.clock.monotonicMs();
  const progress = context.progress({ label: 'changing', unit: 'keys' });
  const kept = options.dryRun ? undefined : keepPace(client, options.pace, () => host.clock.monotonicMs());
  try {
    const result = await executeTtl(client, bound, {
      change: options.change,
      dryRun: options.dryRun,
      random: host.random,
      pace: kept?.pace,
      signal,
      onProgress: progress.update,
    });
    const report: TtlReport = {
      target,
      selection: selectionJson(options.selection, layout),
      change: options.change,
      dryRun: options.dryRun,
      result,
      felt: kept?.stop(),
      elapsedMs: host.clock.monotonicMs() - startedAt,
      interrupted: signal.aborted,
    };
    const { matched, changed, unchanged, lost, failure } = result;
    const partial = lost.length > 0;
    if (matched === 0 && !partial && failure === undefined && !signal.aborted)
      hintAtNothing(options.selection, context);
    await audit?.write({
      command: 'ttl',
      target: { name: target.name, location: target.location, protected: target.protected },
      selection: report.selection,
      counts: { matched, changed, unchanged },
      outcome: report.interrupted ? 'interrupted' : (failure?.code ?? (partial ? 'partial' : 'done')),
    });
    const exitCode = failure?.exitCode ?? (partial ? ExitCode.partial : ExitCode.ok);
    return { exitCode, views: ttlViews(report), failure };
  } finally {
    kept?.stop();
    progress.stop();
    await bound.close();
  }
}

export const command = defineCommand({ parse: parseTtl, run: runTtl });
