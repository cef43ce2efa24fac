import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import type { LayoutSpec } from '../config/layout.ts';
import { defaultNamespace } from '../config/namespaces.ts';
import { carriedVersion } from '../keys/explanation.ts';
import { createLayout, type Layout } from '../keys/layout.ts';
import { readCounter, type CounterState } from '../namespaces/counter.ts';
import { namespaceForm, type NamespaceForm } from '../namespaces/form.ts';
import type { RedisClient } from '../redis/types.ts';

/** A version that a key carries, of a namespace, beside the one that is read now. */
export interface NamespaceVersion {
  readonly name: string;
  readonly version: number;
  /** Physical key of the namespace's counter. */
  readonly counter: Buffer;
  /** `undefined` where the counter is none, or the user may not read it. */
  readonly current: number | undefined;
  /** Handed out to be filled, and not read by anybody yet. */
  readonly isBeingFilled: boolean;
}

/** Where namespaces are defined, and how keys are laid out. */
type VersionContext = Pick<Context, 'spec' | 'layout'>;

/** The form of a namespace that a key belongs to, and the version that it carries. */
interface Carried {
  readonly form: NamespaceForm;
  readonly version: number;
  /** Nothing but the key's form says that there is such a namespace. */
  readonly isGuess: boolean;
}

/** The counters that say which versions of some keys are current, each once. Pure. */
export function countersOf(physical: readonly Buffer[], context: VersionContext): readonly Buffer[] {
  const carried = versionsIn(context);
  const counters = physical.flatMap((key) => carried(key).map(({ form }) => form.counter));
  return [...new Map(counters.map((key) => [key.toString('latin1'), key])).values()];
}

/**
 * The namespace versions of keys, in the order of the keys: none for most. Each counter is read once; nothing is asked
 * where no key carries a version.
 * @throws CachectlError where the connection fails
 */
export async function readNamespaceVersions(
  client: RedisClient,
  physical: readonly Buffer[],
  context: VersionContext,
): Promise<readonly (readonly NamespaceVersion[])[]> {
  const versionsOf = versionsIn(context);
  const carried = physical.map(versionsOf);
  const counters = new Map<string, CounterState | undefined>();
  const forms = new Map(carried.flat().map(({ form }) => [nameOf(form), form]));
  await Promise.all(
    [...forms].map(async ([name, form]) => counters.set(name, await readIfAny(client, form))),
  );
  return carried.map((list) =>
    list.flatMap(({ form, version, isGuess }): readonly NamespaceVersion[] => {
      const state = counters.get(nameOf(form));
      // A key may look like this without anybody counting.
      if (isGuess && state?.exists !== true) return [];
      // Whatever has no version of its own is there, too.
      if (form.shared.has(version) && state?.version !== version) return [];
      return [
        {
          name: form.spec.name,
          version,
          counter: form.counter,
          current: state?.version,
          isBeingFilled: state?.open.has(version) === true && version !== state.version,
        },
      ];
    }),
  );
}

function nameOf(form: NamespaceForm): string {
  return form.counter.toString('latin1');
}

async function readIfAny(client: RedisClient, form: NamespaceForm): Promise<CounterState | undefined> {
  try {
    return await readCounter(client, form);
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    if (error.code === 'namespace.version' || error.code === 'redis.permission') return undefined;
    throw error;
  }
}

/** The versions that a physical key carries: of the spec file's namespaces, otherwise of one in the default form. */
function versionsIn(context: VersionContext): (physical: Buffer) => readonly Carried[] {
  const layout = homeLayout(context);
  const defined = Object.values(context.spec?.spec.namespaces ?? {});
  const forms = defined.map((spec) => namespaceForm(spec, layout));
  return (physical) => {
    if (forms.length === 0) {
      const logical = layout.toLogical(physical);
      const name = logical === undefined ? undefined : carriedVersion(logical.toString('utf8'))?.resource;
      if (name === undefined) return [];
      return carriedBy([namespaceForm(defaultNamespace(name), layout)], physical, true);
    }
    return carriedBy(forms, physical, false);
  };
}

function carriedBy(forms: readonly NamespaceForm[], physical: Buffer, isGuess: boolean): readonly Carried[] {
  return forms.flatMap((form) => {
    const version = form.versionOf(physical);
    return version === undefined ? [] : [{ form, version, isGuess }];
  });
}

/** The layout in which the counters are: `--raw` and `--key-version` say which keys are meant, not where those are. */
function homeLayout({ spec, layout }: VersionContext): Layout {
  const own = spec?.spec.layout;
  return createLayout(own !== undefined && differOnlyInVersion(own, layout.spec) ? own : layout.spec);
}

function differOnlyInVersion(one: LayoutSpec, other: LayoutSpec): boolean {
  return (
    one.type === 'django' &&
    other.type === 'django' &&
    one.prefixes.length === other.prefixes.length &&
    one.prefixes.every((prefix, index) => prefix === other.prefixes[index])
  );
}
