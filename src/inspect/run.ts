import path from 'node:path';
import { defineCommand, type Command, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { countOf } from '../units/number.ts';
import type { InspectedKey } from './content.ts';
import { parseInspectOptions, type InspectOptions } from './options.ts';
import { toFile, writeRawValue } from './raw-value.ts';
import { readKeys } from './read-keys.ts';
import { showKeys } from './show-keys.ts';
import { inspectionJson } from './view-json.ts';
import { renderInspection } from './view-text.ts';

/** The code of `cachectl inspect`. A key that is not there is an answer, not a failure. */
export const command: Command = defineCommand({
  parse: parseInspectOptions,
  run: (options, context) =>
    options.raw === undefined ? report(options, context) : writeRaw(options, options.raw.file, context),
});

async function report(options: InspectOptions, context: Context): Promise<Outcome> {
  const { clock } = context.host;
  const physical = options.keys.map((key) => context.layout.toPhysical(key));
  const stored = await readKeys(await context.redis(), physical, {
    limits: options.withValue ? options.limits : undefined,
    clock,
  });
  const nowMs = clock.now();
  const states = await showKeys(stored, {
    steps: options.steps,
    maxBytes: options.limits.maxBytes,
    maxDecodeBytes: options.limits.maxDecodeBytes ?? options.limits.maxBytes,
    nowMs: () => clock.monotonicMs(),
  });
  const keys = options.keys.map((logical, index): InspectedKey => ({
    logical,
    physical: physical[index] ?? logical,
    state: states[index] ?? { exists: false },
  }));
  return {
    exitCode: ExitCode.ok,
    views: {
      table: (terminal) => renderInspection(keys, nowMs, terminal),
      json: () => inspectionJson(keys),
    },
  };
}

/** The bytes are the result: on stdout nothing else is written. */
async function writeRaw(
  options: InspectOptions,
  file: string | undefined,
  context: Context,
): Promise<Outcome> {
  const [key] = options.keys.map((logical) => context.layout.toPhysical(logical));
  const client = await context.redis();
  let bytes = 0;
  if (key !== undefined && file === undefined) bytes = await writeRawValue(client, key, context.out.write);
  if (key !== undefined && file !== undefined) {
    bytes = await toFile(path.resolve(context.host.cwd, file), (write) => writeRawValue(client, key, write));
    context.messages.note(`${countOf(bytes, 'byte')} written to ${file}`);
  }
  return {
    exitCode: ExitCode.ok,
    views: {
      table: () => '',
      json: () => ({ schema: 'cachectl/inspect/v1', written_bytes: bytes, file: file ?? null }),
    },
  };
}
