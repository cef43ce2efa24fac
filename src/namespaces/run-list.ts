import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { LostNode } from '../redis/types.ts';
import { countVersions } from './census.ts';
import { allNamespaces, chooseNamespaces } from './choose.ts';
import { readCounter } from './counter.ts';
import { listViews, type ListedNamespace } from './list-view.ts';

interface ListOptions {
  readonly names: readonly string[];
}

async function runList({ names }: ListOptions, context: Context): Promise<Outcome> {
  const chosen = chooseNamespaces(names, context);
  const client = await context.redis();
  const forms = names.length === 0 ? await allNamespaces(context) : chosen;
  const lost: LostNode[] = [];
  const counts = await countVersions(client, forms, {
    signal: context.signal,
    memory: true,
    onLost: (node) => lost.push(node),
  });
  const listed: ListedNamespace[] = [];
  for (const form of forms) {
    listed.push({ form, counter: await readCounter(client, form), versions: counts.get(form) ?? [] });
  }
  for (const { form, counter } of listed) {
    if (counter.expiresInMs === undefined) continue;
    context.messages.warn(
      `the counter of ${form.spec.name} expires: it will start from ${form.spec.initial} again, and old keys come back`,
    );
  }
  for (const { address, error } of lost) context.messages.warn(`not looked at: ${address}: ${error.message}`);
  const { name, location } = client.target;
  return {
    exitCode: lost.length > 0 ? ExitCode.partial : ExitCode.ok,
    views: listViews({ target: { name, location }, namespaces: listed, interrupted: context.signal.aborted }),
  };
}

export const command = defineCommand<ListOptions>({
  parse: (input) => ({ names: input.args }),
  run: runList,
});
