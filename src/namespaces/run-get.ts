import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText, keyJson } from '../keys/printable.ts';
import { chooseNamespaces } from './choose.ts';
import { readCounter } from './counter.ts';

interface GetOptions {
  readonly names: readonly string[];
}

async function runGet({ names }: GetOptions, context: Context): Promise<Outcome> {
  const forms = chooseNamespaces(names, context);
  const client = await context.redis();
  const counters = await Promise.all(
    forms.map(async (form) => ({ form, ...(await readCounter(client, form)) })),
  );
  return {
    exitCode: ExitCode.ok,
    views: {
      table: () =>
        counters
          .map(({ form, version }) =>
            counters.length === 1 ? String(version) : `${escapeText(form.spec.name)}  ${version}`,
          )
          .join('\n'),
      json: () => ({
        schema: 'cachectl/namespace-get/v1',
        namespaces: counters.map(({ form, version, exists }) => ({
          namespace: form.spec.name,
          version,
          counter: { ...keyJson(form.counter), exists },
        })),
      }),
    },
  };
}

export const command = defineCommand<GetOptions>({
  parse: (input) => ({ names: input.args }),
  run: runGet,
});
