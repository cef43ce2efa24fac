import { CachectlError } from '../cli/errors.ts';
import { commonPrefix, escapeGlob } from '../keys/pattern.ts';
import type { LostNode, RedisClient, RedisNode } from '../redis/types.ts';
import type { NamespaceForm } from './form.ts';

/** The keys of one version. */
export interface VersionCount {
  readonly version: number;
  readonly keys: number;
  /** Of all of them, from those that were asked; `undefined` where none was. */
  readonly memoryBytes: number | undefined;
  /** Keys that were asked for their memory. */
  readonly sampled: number;
}

/** How to count. */
export interface CensusOptions {
  readonly signal: AbortSignal;
  /** Whether some keys are asked for their memory, too. */
  readonly memory: boolean;
  readonly onLost: (lost: LostNode) => void;
}

/** Memory is asked of all keys of a version up to here, and of some in each batch from here on. */
const ASK_ALL = 1_000;
const ASK_EACH_BATCH = 20;

interface Count {
  keys: number;
  bytes: number;
  sampled: number;
}

/**
 * The versions of each namespace that have keys, the newest first: one walk over the names of keys for all of
 * them. Only primaries are asked that can be reached, and memory is that of one batch.
 */
export async function countVersions(
  client: RedisClient,
  forms: readonly NamespaceForm[],
  options: CensusOptions,
): Promise<ReadonlyMap<NamespaceForm, readonly VersionCount[]>> {
  const counts = new Map(forms.map((form) => [form, new Map<number, Count>()]));
  const pattern = globFor(forms);
  const walk =
    pattern === undefined
      ? []
      : client.walk({ pattern, reading: true, each: 'once' }, options.signal, options.onLost);
  for await (const { node, keys } of walk) {
    const questions: { readonly key: Buffer; readonly count: Count }[] = [];
    let asked = 0;
    for (const key of keys) {
      const count = countOf(counts, key);
      if (count === undefined) continue;
      count.keys++;
      if (!options.memory || (count.keys > ASK_ALL && asked >= ASK_EACH_BATCH)) continue;
      asked++;
      questions.push({ key, count });
    }
    await askMemory(node, questions);
  }
  return new Map(
    Array.from(counts, ([form, versions]) => [
      form,
      Array.from(versions, ([version, { keys, bytes, sampled }]) => ({
        version,
        keys,
        memoryBytes: sampled === 0 ? undefined : Math.round((bytes / sampled) * keys),
        sampled,
      })).sort((a, b) => b.version - a.version),
    ]),
  );
}

/** One glob for the keys of several namespaces; what it finds besides is looked at and left alone. */
export function globFor(forms: readonly NamespaceForm[]): Buffer | undefined {
  const globs = forms.flatMap((form) => form.globs);
  if (globs.length < 2) return globs[0];
  return Buffer.concat([escapeGlob(commonPrefix(globs)), Buffer.from('*')]);
}

function countOf(counts: ReadonlyMap<NamespaceForm, Map<number, Count>>, key: Buffer): Count | undefined {
  for (const [form, versions] of counts) {
    const version = form.versionOf(key);
    if (version === undefined) continue;
    const known = versions.get(version) ?? { keys: 0, bytes: 0, sampled: 0 };
    versions.set(version, known);
    return known;
  }
  return undefined;
}

async function askMemory(
  node: RedisNode,
  questions: readonly { readonly key: Buffer; readonly count: Count }[],
): Promise<void> {
  if (questions.length === 0) return;
  const replies = await node.pipeline(questions.map(({ key }) => ['MEMORY', 'USAGE', key]));
  questions.forEach(({ count }, index) => {
    const reply = replies[index];
    // Gone meanwhile, or this user may not ask: then the number of keys has to do.
    if (reply === null || reply === undefined || reply instanceof CachectlError) return;
    count.bytes += Number(reply);
    count.sampled++;
  });
}
