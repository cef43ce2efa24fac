import type { Context } from '../cli/context.ts';
import type { StoredValue } from '../values/shown-value.ts';
import type { InspectedKey, KeyState } from './content.ts';
import type { FoundKey } from './find-keys.ts';
import type { InspectOptions } from './options.ts';
import { readNamespaceVersions } from './namespace-versions.ts';
import { readPlaces } from './place.ts';
import { readKeys } from './read-keys.ts';
import { showKeys } from './show-keys.ts';
import { readBeside } from './warmed.ts';

/** Keys as they were at one moment. */
export interface Look {
  readonly keys: readonly InspectedKey[];
  /** The same keys with their values as they are stored, as far as they were read. */
  readonly stored: readonly KeyState<StoredValue>[];
  /** Milliseconds since the epoch. */
  readonly atMs: number;
}

/** Reads all that is known of some keys. @throws CachectlError where Redis cannot be reached, or refuses */
export async function lookAt(
  found: readonly FoundKey[],
  options: Pick<InspectOptions, 'withValue' | 'limits' | 'steps'>,
  context: Pick<Context, 'redis' | 'spec' | 'layout' | 'host'>,
): Promise<Look> {
  const { clock } = context.host;
  const physical = found.map((key) => key.physical);
  const client = await context.redis();
  const [stored, places, beside, versions] = await Promise.all([
    readKeys(client, physical, { limits: options.withValue ? options.limits : undefined, clock }),
    readPlaces(client, physical),
    readBeside(client, physical, context.layout),
    readNamespaceVersions(client, physical, context),
  ]);
  const atMs = clock.now();
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
    warmed: beside[index]?.warmed,
    namespaces: versions[index] ?? [],
    tags: beside[index]?.tags ?? [],
    state: states[index] ?? { exists: false },
  }));
  return { keys, stored, atMs };
}
