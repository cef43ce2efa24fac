import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import { DEFAULT_VERSION_PREFIX, defaultNamespace, type NamespaceSpec } from '../config/namespaces.ts';
import { decodeUtf8, escapeText } from '../keys/printable.ts';
import { nearest } from '../text/nearest.ts';
import { namespaceForm, type NamespaceForm } from './form.ts';

/** Where namespaces are defined, and how their keys relate to what Redis stores. */
export type NamespaceContext = Pick<Context, 'spec' | 'layout'>;

/**
 * The namespaces of these names, each once. Where the spec file defines none, or there is no file, a name
 * stands for the default form.
 * @throws UsageError with the nearest name, where one is unknown
 */
export function chooseNamespaces(
  names: readonly string[],
  { spec, layout }: NamespaceContext,
): readonly NamespaceForm[] {
  const defined = spec?.spec.namespaces ?? {};
  const known = Object.keys(defined);
  return [...new Set(names)].map((name) => {
    const namespace = defined[name] ?? (known.length === 0 ? undefinedForm(name) : undefined);
    if (namespace !== undefined) return namespaceForm(namespace, layout);
    const guess = nearest(name, known);
    const question = guess === undefined ? '' : `did you mean ${escapeText(guess)}? `;
    throw new UsageError(`the spec file has no namespace "${escapeText(name)}"`, {
      hint: `${question}it has ${known.map((other) => escapeText(other)).join(', ')}`,
    });
  });
}

function undefinedForm(name: string): NamespaceSpec {
  if (name === '') throw new UsageError('the name of a namespace is empty');
  return defaultNamespace(name);
}

/**
 * Every namespace of the spec file; where it defines none, those in the default form that have a counter,
 * which means one walk over the names of all keys.
 * @throws CachectlError where Redis cannot be asked
 */
export async function allNamespaces(
  context: NamespaceContext & Pick<Context, 'redis' | 'signal'>,
): Promise<readonly NamespaceForm[]> {
  const { spec, layout } = context;
  const defined = Object.values(spec?.spec.namespaces ?? {});
  if (defined.length > 0) return defined.map((namespace) => namespaceForm(namespace, layout));
  const names = new Set<string>();
  const client = await context.redis();
  const prefix = Buffer.from(DEFAULT_VERSION_PREFIX, 'utf8');
  for (const pattern of layout.toPhysicalPatterns(Buffer.concat([prefix, Buffer.from('*')]))) {
    const walk = client.walk({ pattern, reading: true }, context.signal, ({ error }) => {
      throw error;
    });
    for await (const { keys } of walk) {
      for (const key of keys) {
        const name = decodeUtf8(layout.toLogical(key)?.subarray(prefix.length) ?? Buffer.alloc(0));
        if (name !== undefined && name !== '') names.add(name);
      }
    }
  }
  return [...names].sort().map((name) => namespaceForm(defaultNamespace(name), layout));
}
