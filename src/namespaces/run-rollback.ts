import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import type { LostNode } from '../redis/types.ts';
import { countOf } from '../units/number.ts';
import { countVersions, type VersionCount } from './census.ts';
import { chooseNamespaces } from './choose.ts';
import { moveVersion, readCounter, type CounterState, type VersionChange } from './counter.ts';
import type { NamespaceForm } from './form.ts';
import { parseSwitch, runSwitch, type SwitchOptions } from './switch-report.ts';

interface RollbackOptions extends SwitchOptions {
  readonly name: string;
  readonly to: number | undefined;
}

const COMMAND = 'namespace rollback';

async function runRollback(options: RollbackOptions, context: Context): Promise<Outcome> {
  const [form] = chooseNamespaces([options.name], context);
  if (form === undefined) throw new Error('no namespace was chosen');
  const client = await context.redis();
  const counter = await readCounter(client, form);
  if (options.to === counter.version) {
    context.messages.note(`${escapeText(form.spec.name)} is at version ${counter.version} already`);
    const apply = (change: VersionChange) => Promise.resolve(change);
    return runSwitch({ command: COMMAND, planned: [], apply }, options, context);
  }
  const lost: LostNode[] = [];
  const counts = await countVersions(client, [form], {
    signal: context.signal,
    memory: false,
    onLost: (node) => lost.push(node),
  });
  context.signal.throwIfAborted();
  const [unseen] = lost;
  // Keys that nobody counted could be those of the version that is meant.
  if (unseen !== undefined) throw unseen.error;
  const versions = counts.get(form) ?? [];
  const to = chooseVersion(form, counter, versions, options.to);
  const keysOf = (version: number): number => versions.find((count) => count.version === version)?.keys ?? 0;
  context.messages.note(
    `version ${counter.version} has ${countOf(keysOf(counter.version), 'key')}, version ${to} still has ${countOf(keysOf(to), 'key')}`,
  );
  const outcome = await runSwitch(
    {
      command: COMMAND,
      planned: [{ form, from: counter.version, to }],
      apply: async (change) => {
        const result = await moveVersion(client, form, change);
        if (result.kind === 'moved') return change;
        throw movedElsewhere(form, result.kind === 'elsewhere' ? result.version : counter.version);
      },
    },
    options,
    context,
  );
  if (!options.dryRun) {
    context.messages.note(
      `an application that raises the counter itself would come to version ${counter.version} again: cachectl namespace gc ${escapeText(form.spec.name)} removes its keys`,
    );
  }
  return outcome;
}

/**
 * @throws CachectlError `namespace.no-version` (exit 5) where there is nothing to go back to: what was asked for is not
 * so, and a script must not take it for done
 */
function chooseVersion(
  form: NamespaceForm,
  counter: CounterState,
  versions: readonly VersionCount[],
  wanted: number | undefined,
): number {
  const usable = versions.filter(({ version }) => version !== counter.version && !counter.open.has(version));
  const older = usable.filter(({ version }) => version < counter.version);
  const name = escapeText(form.spec.name);
  if (wanted === undefined) {
    const before = older.find(({ version }) => version === counter.before) ?? older[0];
    if (before !== undefined) return before.version;
    throw noVersion(
      `no older version of ${name} has any keys left`,
      'a rollback would only make the cache cold',
    );
  }
  if (usable.some(({ version }) => version === wanted)) return wanted;
  const list = usable.map(({ version }) => version).join(', ');
  const hint = list === '' ? 'no other version has keys' : `versions with keys: ${list}`;
  if (counter.open.has(wanted)) throw noVersion(`version ${wanted} of ${name} is half-filled`, hint);
  throw noVersion(`version ${wanted} of ${name} has no keys`, hint);
}

function noVersion(message: string, hint: string): CachectlError {
  return new CachectlError(message, { code: 'namespace.no-version', exitCode: ExitCode.partial, hint });
}

function movedElsewhere(form: NamespaceForm, version: number): CachectlError {
  return new CachectlError(
    `somebody else moved ${escapeText(form.spec.name)} to version ${version} meanwhile: it was left there`,
    {
      code: 'namespace.moved',
      exitCode: ExitCode.partial,
      hint: 'look at it with cachectl namespace list, and say it again if it is still meant',
    },
  );
}

export const command = defineCommand<RollbackOptions>({
  parse: (input) => ({
    name: input.args[0] ?? '',
    to: input.wholeNumber('to', { min: 0 }),
    ...parseSwitch(input),
  }),
  run: runRollback,
});
