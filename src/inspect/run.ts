import path from 'node:path';
import { defineCommand, type Command, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { printableKey } from '../keys/printable.ts';
import { countOf } from '../units/number.ts';
import type { InspectedKey } from './content.ts';
import { findKeys, type FoundKey } from './find-keys.ts';
import { parseInspectOptions, type InspectOptions } from './options.ts';
import { toFile, writeRawValue } from './raw-value.ts';
import { readPlaces } from './place.ts';
import { readKeys } from './read-keys.ts';
import { showKeys } from './show-keys.ts';
import { inspectionJson } from './view-json.ts';
import { renderInspection } from './view-text.ts';
import { readWarmed } from './warmed.ts';

/** The code of `cachectl inspect`. A key that is not there is an answer, not a failure. */
export const command: Command = defineCommand({
  parse: parseInspectOptions,
  run: (options, context) =>
    options.raw === undefined ? report(options, context) : writeRaw(options, options.raw.file, context),
});

async function report(options: InspectOptions, context: Context): Promise<Outcome> {
  const { clock } = context.host;
  const found = await findKeys(options, context);
  const physical = found.map((key) => key.physical);
  const client = await context.redis();
  const [stored, places, warmed] = await Promise.all([
    readKeys(client, physical, { limits: options.withValue ? options.limits : undefined, clock }),
    readPlaces(client, physical),
    readWarmed(client, physical, context.layout),
  ]);
  const nowMs = clock.now();
  const states = await showKeys(stored, {
    steps: options.steps,
    maxBytes: options.limits.maxBytes,
    maxDecodeBytes: options.limits.maxDecodeBytes ?? options.limits.maxBytes,
    nowMs: () => clock.monotonicMs(),
  });
  const keys = found.map((key, index): InspectedKey => ({
    ...key,
    explanation: context.layout.explain(key.physical),
    place: places[index],
    warmed: warmed[index],
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
  const { physical: key } = onlyOne(await findKeys(options, context));
  const client = await context.redis();
  let bytes = 0;
  if (file === undefined) bytes = await writeRawValue(client, key, context.out.write);
  else {
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

/** @throws CachectlError where a name means no key, or several */
function onlyOne(found: readonly FoundKey[]): FoundKey {
  const [key, ...others] = found;
  if (key !== undefined && others.length === 0) return key;
  const names = found.slice(0, 3).map(({ physical }) => printableKey(physical));
  throw new CachectlError(
    key === undefined ? 'no key has this name' : `${countOf(found.length, 'key')} have this name`,
    {
      code: 'inspect.no_value',
      exitCode: ExitCode.partial,
      hint: key === undefined ? undefined : `say which with --raw and its physical key: ${names.join(', ')}`,
    },
  );
}
