import { GLOBAL_FLAGS, parseGlobalOptions, type GlobalOptions } from '../cli/global-options.ts';
import { Input, type RawValue } from '../cli/input.ts';
import { LAYOUT_FLAGS } from '../cli/layout-flags.ts';
import { REDIS_FLAGS } from '../cli/redis-flags.ts';
import type { Host } from '../host.ts';
import type { LoadedSpec } from '../config/loaded.ts';
import type { TextStream } from '../terminal/streams.ts';
import { LOOKUPS, type Lookup } from './values.ts';

/**
 * What the scripts call when Tab is pressed: `cachectl __complete LOOKUP CURRENT [WORD...]`, where the words are those
 * that stand before. Prints what could stand there, a line each. Whatever fails, nothing is offered and nothing said: a
 * message would be written into the line that somebody is typing.
 */
export async function complete(host: Host, out: TextStream): Promise<void> {
  const [, name, current = '', ...words] = host.argv;
  const lookup = LOOKUPS.find((candidate) => candidate === name);
  if (lookup === undefined) return;
  try {
    const values = await lookUp(lookup, current, words, host);
    await out.write(
      values
        .filter((value) => value.startsWith(current) && isTypable(value))
        .map((value) => `${value}\n`)
        .join(''),
    );
  } catch {
    // As said above.
  }
}

/** Names with blanks, quotes or `$` would need quotes that differ from shell to shell. */
function isTypable(value: string): boolean {
  return /^[\p{L}\p{N}_:.,@/+=%{}-]+$/u.test(value);
}

async function lookUp(
  lookup: Lookup,
  current: string,
  words: readonly string[],
  host: Host,
): Promise<readonly string[]> {
  if (lookup === 'metrics') {
    const { METRICS } = await import('../stats/metrics.ts');
    return METRICS.map((metric) => metric.name);
  }
  if (lookup === 'topics') {
    const { COMMANDS } = await import('../cli/registry.ts');
    const { TOPICS } = await import('../cli/help-topics.ts');
    return [...new Set(COMMANDS.map(({ path }) => path[0])), ...TOPICS.map((topic) => topic.name)];
  }
  const input = readFlags(words);
  const globals = parseGlobalOptions(input);
  const spec = await loadSpec(globals, host);
  if (lookup === 'keys') {
    const { keyBeginnings } = await import('./key-beginnings.ts');
    const { chooseLayout } = await import('../cli/choose-layout.ts');
    return keyBeginnings(current, { globals, loaded: spec, layout: await chooseLayout(input, spec), host });
  }
  if (spec === undefined) return [];
  const { namesInSpec } = await import('./spec-names.ts');
  return namesInSpec(lookup, spec);
}

async function loadSpec(globals: GlobalOptions, host: Host): Promise<LoadedSpec | undefined> {
  const { findAndLoadSpec } = await import('../config/load-file.ts');
  return findAndLoadSpec({
    explicitPath: globals.configPath ?? host.env['CACHECTL_CONFIG'],
    cwd: host.cwd,
    env: host.env,
    required: false,
  });
}

/** The flags that say which spec file, Redis and layout; the line is not whole yet, so the rest is not looked at. */
function readFlags(words: readonly string[]): Input {
  const values = new Map<string, RawValue>();
  for (const [index, typed] of words.entries()) {
    const word = unquoted(typed);
    for (const flag of [...GLOBAL_FLAGS, ...REDIS_FLAGS, ...LAYOUT_FLAGS]) {
      const names = [`--${flag.name}`, ...(flag.short === undefined ? [] : [`-${flag.short}`])];
      if (flag.value === undefined) {
        if (names.includes(word)) values.set(flag.name, true);
      } else if (names.includes(word)) values.set(flag.name, [unquoted(words[index + 1] ?? '')]);
      else if (word.startsWith(`--${flag.name}=`)) {
        values.set(flag.name, [unquoted(word.slice(flag.name.length + 3))]);
      }
    }
  }
  return new Input([], values);
}

/** A word as bash hands it over still has its quotes. */
function unquoted(word: string): string {
  return word.replace(/^(["'])(.*)\1$/, '$2');
}
