import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { chooseNamespaces } from './choose.ts';
import { bumpNamespace, nextVersion, readCounter } from './counter.ts';
import { parseSwitch, runSwitch, type NamespaceChange, type SwitchOptions } from './switch-report.ts';

interface BumpOptions extends SwitchOptions {
  readonly names: readonly string[];
}

async function runBump(options: BumpOptions, context: Context): Promise<Outcome> {
  const forms = chooseNamespaces(options.names, context);
  const client = await context.redis();
  const planned = await Promise.all(
    forms.map(async (form): Promise<NamespaceChange> => {
      const counter = await readCounter(client, form);
      return { form, from: counter.version, to: nextVersion(counter) };
    }),
  );
  return runSwitch(
    { command: 'namespace bump', planned, apply: ({ form }) => bumpNamespace(client, form) },
    options,
    context,
  );
}

export const command = defineCommand<BumpOptions>({
  parse: (input) => ({ names: input.args, ...parseSwitch(input) }),
  run: runBump,
});
