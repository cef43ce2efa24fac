import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import type { Input } from '../cli/input.ts';
import { runClearTask, type ClearTask } from '../clear/clear-task.ts';
import {
  parseApply,
  parseRemoval,
  planStandsAlone,
  refuseResumedLimit,
  type PlanSource,
  type RemovalOptions,
} from '../clear/options.ts';
import type { ClearReport } from '../clear/report.ts';
import { escapeText } from '../keys/printable.ts';
import { existsLock } from '../warm/lock.ts';
import type { RedisClient } from '../redis/types.ts';
import { bindVersions } from './bind-versions.ts';
import { countVersions, type VersionCount } from './census.ts';
import { allNamespaces, chooseNamespaces } from './choose.ts';
import { forgetVersion, readCounter, type CounterState } from './counter.ts';
import type { NamespaceForm } from './form.ts';
import { fillLock } from './fill-lock.ts';
import { describeCounters, describeGarbage, openGarbagePlan } from './gc-plan.ts';
import { hasSelection, parseSelection } from '../selection/parse.ts';
import type { Selection } from '../selection/selection.ts';

/** Which versions go. */
interface VersionsSource {
  readonly kind: 'versions';
  readonly names: readonly string[];
  /** Older versions that stay. */
  readonly keep: number;
  readonly narrowing: Selection;
}

interface GcOptions {
  readonly source: VersionsSource | PlanSource;
  readonly removal: RemovalOptions;
}

/** The versions of one namespace that nobody reads. */
interface Garbage {
  readonly form: NamespaceForm;
  readonly counter: CounterState;
  readonly versions: ReadonlySet<number>;
}

const DEFAULT_KEEP = 1;

/** @throws UsageError */
export function parseGc(input: Input): GcOptions {
  const removal = parseRemoval(input);
  const plan = parseApply(input);
  if (plan !== undefined) {
    if (hasSelection(input) || input.has('keep')) throw planStandsAlone();
    return { source: plan, removal };
  }
  // What is not of the selection, the names, is not an argument here.
  const narrowing = parseSelection(input.withoutArgs(), {
    verb: 'remove',
    example: 'cachectl namespace gc',
    emptyMeansAll: true,
  });
  refuseResumedLimit(removal.resume, narrowing);
  const keep = input.wholeNumber('keep', { min: 0 }) ?? DEFAULT_KEEP;
  return { source: { kind: 'versions', names: input.args, keep, narrowing }, removal };
}

function runGc({ source, removal }: GcOptions, context: Context): Promise<Outcome> {
  if (source.kind === 'plan')
    return runClearTask(removal, context, (client) => openGarbagePlan(source, client, context));
  const chosen = chooseNamespaces(source.names, context);
  return runClearTask(removal, context, async (client): Promise<ClearTask> => {
    const forms = source.names.length === 0 ? await allNamespaces(context) : chosen;
    const garbage = await findGarbage(forms, source.keep, client, context);
    const choices = garbage.map(({ form, counter, versions }) => ({
      namespace: form.spec.name,
      version: counter.version,
      removedVersions: versions,
    }));
    return {
      command: 'namespace gc',
      bound: await bindVersions(garbage, source.narrowing, context),
      reach: 'selection',
      described: describeGarbage(source, choices),
      resumable: describeCounters(source, choices),
      onReport: (report) => forgetRemoved(report, garbage, { narrowing: source.narrowing, removal }, client),
    };
  });
}

async function findGarbage(
  forms: readonly NamespaceForm[],
  keep: number,
  client: RedisClient,
  context: Context,
): Promise<readonly Garbage[]> {
  const found = await countVersions(client, forms, {
    signal: context.signal,
    memory: false,
    // The removal itself says which servers could not be asked.
    onLost: () => undefined,
  });
  const garbage: Garbage[] = [];
  for (const form of forms) {
    const counter = await readCounter(client, form);
    const isFilling = await existsLock(fillLock(form.spec.name), { client, layout: context.layout });
    const versions = garbageOf(found.get(form) ?? [], counter, { keep, isFilling, shared: form.shared });
    garbage.push({ form, counter, versions });
    for (const version of form.shared) {
      if (version >= counter.version) continue;
      context.messages.note(
        `${escapeText(form.spec.name)}: version ${version} is that of the layout, and stays`,
      );
    }
  }
  return garbage;
}

/** The versions that go: all but the current one, the newest older ones that were ever complete, and what is being filled. */
export function garbageOf(
  found: readonly VersionCount[],
  { version: current, open }: Pick<CounterState, 'version' | 'open'>,
  rule: { readonly keep: number; readonly isFilling: boolean; readonly shared: ReadonlySet<number> },
): ReadonlySet<number> {
  const versions = found.map(({ version }) => version).sort((a, b) => b - a);
  const kept = versions.filter((version) => version < current && !open.has(version)).slice(0, rule.keep);
  const stays = new Set([current, ...kept, ...rule.shared]);
  return new Set(versions.filter((version) => !stays.has(version) && !(rule.isFilling && open.has(version))));
}

/** A half-filled version whose keys are all gone is none any more. */
async function forgetRemoved(
  report: ClearReport,
  garbage: readonly Garbage[],
  { narrowing, removal }: Pick<VersionsSource, 'narrowing'> & Pick<GcOptions, 'removal'>,
  client: RedisClient,
): Promise<void> {
  const isWhole =
    report.kind === 'result' &&
    removal.how.kind === 'remove' &&
    // A run that goes on from a saved place has not looked at what is before it.
    removal.resume === undefined &&
    report.result.failure === undefined &&
    report.result.lost.length === 0 &&
    !report.interrupted &&
    isUnnarrowed(narrowing);
  if (!isWhole) return;
  for (const { form, counter, versions } of garbage) {
    for (const [version, token] of counter.open) {
      if (versions.has(version)) await forgetVersion(client, form, version, token);
    }
  }
}

function isUnnarrowed({ excludes, limit, regex, types, ttl, idle, size }: Selection): boolean {
  return (
    excludes.length === 0 &&
    types.length === 0 &&
    [limit, regex, ttl, idle, size].every((condition) => condition === undefined)
  );
}

export const command = defineCommand<GcOptions>({ parse: parseGc, run: runGc });
