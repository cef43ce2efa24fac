import type { Address } from '../addresses/address.ts';
import { parseAddressFlags } from '../addresses/parse.ts';
import { resolveAddresses } from '../addresses/resolve.ts';
import { defineCommand, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { keyJson, printableKey } from '../keys/printable.ts';

/** A line for each key is for reading and piping; the keyspace itself is listed otherwise. */
const MOST_KEYS = 100_000;

interface KeyForOptions {
  readonly keys: readonly Buffer[];
  readonly addresses: readonly Address[];
}

export const command = defineCommand<KeyForOptions>({
  parse: (input) => {
    const addresses = parseAddressFlags(input);
    if (input.args.length === 0 && addresses.length === 0) {
      throw new UsageError('say which key: its logical name, or a framework address', {
        hint: 'for example: cachectl key for --django-fragment sidebar --vary bob',
      });
    }
    return { keys: input.bytes(input.args), addresses };
  },
  run: async ({ keys, addresses }, context): Promise<Outcome> => {
    const { layout, messages } = context;
    const found = await resolveAddresses(addresses, context, layout);
    for (const note of found.notes) messages.note(note);
    const all = new Map<string, Buffer>();
    const add = (batch: readonly Buffer[]): boolean => {
      for (const key of batch) if (all.size < MOST_KEYS) all.set(key.toString('latin1'), key);
      return all.size < MOST_KEYS;
    };
    add([...keys.flatMap((key) => layout.toPhysicalKeys(key)), ...found.keys]);
    await addFromRedis(found, context, add);
    if (all.size === MOST_KEYS) messages.warn(`only the first ${MOST_KEYS} keys are shown`);
    const physical = [...all.values()];
    return {
      exitCode: ExitCode.ok,
      views: {
        table: () => physical.map(printableKey).join('\n'),
        json: () => ({ schema: 'cachectl/key-for/v1', layout: layout.type, keys: physical.map(keyJson) }),
        ndjson: () => physical.map(keyJson),
      },
    };
  },
});

async function addFromRedis(
  found: Awaited<ReturnType<typeof resolveAddresses>>,
  context: Context,
  add: (batch: readonly Buffer[]) => boolean,
): Promise<void> {
  for (const pattern of found.patterns) {
    const walk = (await context.redis()).walk({ pattern, reading: true }, context.signal, ({ error }) => {
      throw error;
    });
    for await (const { keys } of walk) if (!add(keys)) return;
  }
  for (const members of found.members) {
    for await (const keys of members()) if (!add(keys)) return;
  }
}
