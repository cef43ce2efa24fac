import { openAudit } from '../audit/audit.ts';
import type { Outcome, ReportViews } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Input } from '../cli/input.ts';
import { escapeText } from '../keys/printable.ts';
import type { RedisTarget } from '../redis/types.ts';
import { renderTable } from '../terminal/table.ts';
import type { VersionChange } from './counter.ts';
import type { NamespaceForm } from './form.ts';

/** What commands that move counters take besides the names. */
export interface SwitchOptions {
  readonly dryRun: boolean;
  readonly audit: string | undefined;
  readonly yes: boolean;
  readonly confirm: string | undefined;
}

/** The flags of {@link SwitchOptions}. */
export function parseSwitch(input: Input): SwitchOptions {
  return {
    dryRun: input.on('dry-run'),
    audit: input.text('audit'),
    yes: input.on('yes'),
    confirm: input.text('confirm'),
  };
}

/** A namespace whose counter moves, or would move. */
export interface NamespaceChange extends VersionChange {
  readonly form: NamespaceForm;
}

/** What commands that move counters do, and how they tell it. */
export interface SwitchTask {
  readonly command: 'namespace bump' | 'namespace rollback';
  /** What would be done, as it looks now. */
  readonly planned: readonly NamespaceChange[];
  readonly apply: (planned: NamespaceChange) => Promise<VersionChange>;
}

/**
 * Moves counters one after the other, with the consent that clearing so many keys takes, and leaves a line in
 * the audit trail. What fails stops the rest.
 */
export async function runSwitch(
  task: SwitchTask,
  options: SwitchOptions,
  context: Context,
): Promise<Outcome> {
  const { target } = await context.redis();
  // Nothing to switch is nothing to agree to.
  if (options.dryRun || task.planned.length === 0) {
    return { exitCode: ExitCode.ok, views: switchViews(task, task.planned, target, options.dryRun) };
  }
  const audit = await openAudit(options.audit, context);
  await context.confirm({
    reach: 'selection',
    yes: options.yes,
    confirm: options.confirm,
    deed: { verb: 'switch', noun: 'switching' },
    preview: () =>
      Promise.resolve([
        `On ${target.name}, all keys of these versions would not be read any more:`,
        ...task.planned.map(({ form, from, to }) => `  ${changeText(form, { from, to })}`),
      ]),
  });
  const done: NamespaceChange[] = [];
  let failure: CachectlError | undefined;
  for (const planned of task.planned) {
    try {
      done.push({ form: planned.form, ...(await task.apply(planned)) });
    } catch (error) {
      if (!(error instanceof CachectlError) || (done.length === 0 && audit === undefined)) throw error;
      failure = error;
      break;
    }
  }
  const unaudited = await audit?.write({
    command: task.command,
    target: { name: target.name, location: target.location, protected: target.protected },
    selection: { namespaces: done.map(changeJson) },
    counts: { namespaces: task.planned.length, switched: done.length },
    outcome: failure?.code ?? 'done',
  });
  const views = switchViews(task, done, target, false);
  return { exitCode: failure?.exitCode ?? ExitCode.ok, views, failure: failure ?? unaudited };
}

function switchViews(
  { command }: SwitchTask,
  changes: readonly NamespaceChange[],
  { name, location }: RedisTarget,
  dryRun: boolean,
): ReportViews {
  return {
    table: (terminal) => {
      const titles = [
        { title: 'namespace', flexible: true },
        { title: 'old' },
        { title: dryRun ? 'would be' : 'new' },
      ];
      if (changes.length === 0) return 'Nothing was switched';
      return renderTable(
        titles,
        changes.map(({ form, from, to }) => [escapeText(form.spec.name), String(from), String(to)]),
        terminal,
      );
    },
    json: () => ({
      schema: `cachectl/${command.replace(' ', '-')}/v1`,
      dry_run: dryRun,
      target: { name, location },
      namespaces: changes.map(changeJson),
    }),
  };
}

function changeText(form: NamespaceForm, { from, to }: VersionChange): string {
  return `${escapeText(form.spec.name)}: version ${from}, which becomes ${to}`;
}

function changeJson({ form, from, to }: NamespaceChange): unknown {
  return { namespace: form.spec.name, from, to };
}
