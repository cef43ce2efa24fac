import { removeKeys } from '../redis/keyspace.ts';
import type { RedisClient } from '../redis/types.ts';
import type { NamespaceForm } from './form.ts';

/**
 * Removes all keys of versions that nobody reads.
 * @returns how many there were; `undefined` where some may be left: aborted, or a primary could not be asked
 * @throws CachectlError where Redis does not let it
 */
export async function removeVersions(
  client: RedisClient,
  form: NamespaceForm,
  versions: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<number | undefined> {
  let removed = 0;
  let isWhole = true;
  for (const pattern of form.globs) {
    const walk = client.walk({ pattern }, signal, () => {
      isWhole = false;
    });
    for await (const { node, keys } of walk) {
      const chosen = keys.filter((key) => versions.has(form.versionOf(key) ?? -1));
      removed += (await removeKeys(node, chosen)).removed;
    }
  }
  return isWhole && !signal.aborted ? removed : undefined;
}
