import path from 'node:path';
import { defineCommand, type Command, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { looksLikePattern } from '../keys/pattern.ts';
import { printableKey } from '../keys/printable.ts';
import { countOf } from '../units/number.ts';
import { findKeys, type FoundKey } from './find-keys.ts';
import { lookAt } from './look.ts';
import { parseInspectOptions, type InspectOptions } from './options.ts';
import { toFile, writeRawValue } from './raw-value.ts';
import { inspectionJson, keyDocument } from './view-json.ts';
import { renderInspection } from './view-text.ts';

/** The code of `cachectl inspect`. A key that is not there is an answer, not a failure. */
export const command: Command = defineCommand({
  parse: (input, context) => parseInspectOptions(input, context.canAsk),
  run: async (options, context) => {
    const found = await findOrPick(options, context);
    if (options.raw !== undefined) return writeRaw(found, options.raw.file, context);
    if (options.watchMs === undefined) return report(found, options, context);
    const { watchKeys } = await import('./watch/run-watch.ts');
    return watchKeys(found, options, options.watchMs, context);
  },
});

async function findOrPick(options: InspectOptions, context: Context): Promise<readonly FoundKey[]> {
  if (options.keys.length > 0 || options.addresses.length > 0) return findKeys(options, context);
  const { pickKey } = await import('./pick-key.ts');
  return [await pickKey(context)];
}

async function report(
  found: readonly FoundKey[],
  options: InspectOptions,
  context: Context,
): Promise<Outcome> {
  const { keys, atMs } = await lookAt(found, options, context);
  const missing = new Set(keys.filter(({ state }) => !state.exists).map((key) => printableKey(key.logical)));
  const pattern = options.keys.map(printableKey).find((key) => missing.has(key) && looksLikePattern(key));
  if (pattern !== undefined) {
    context.messages.note(
      `"${pattern}" was taken as an exact key; cachectl keys --pattern "${pattern}" lists what matches`,
    );
  }
  return {
    exitCode: ExitCode.ok,
    views: {
      table: (terminal) => renderInspection(keys, atMs, terminal),
      json: () => inspectionJson(keys),
      ndjson: () => keys.map(keyDocument),
    },
  };
}

/** The bytes are the result: on stdout nothing else is written. */
async function writeRaw(
  found: readonly FoundKey[],
  file: string | undefined,
  context: Context,
): Promise<Outcome> {
  const { physical: key } = onlyOne(found);
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
