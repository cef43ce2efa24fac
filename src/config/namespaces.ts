import * as z from 'zod/mini';

import { parseTemplate, TemplateError, type TemplatePart } from '../text/template.ts';
import { didYouMean } from './did-you-mean.ts';
import { fieldNotes, text, trueOrFalse, wholeNumber } from './fields.ts';
import type { Finding } from './finding.ts';
import {
  listItems,
  mapEntries,
  nodeAt,
  stringScalar,
  type ScalarNode,
  type SourceNode,
} from './source-tree.ts';

/** Keys that carry one counter, so that raising it makes all of them old at once. */
export interface NamespaceSpec {
  readonly name: string;
  /** The logical key of the counter. */
  readonly versionKey: string;
  /** A template with `{version}` and `{key}`; `undefined` where the version is that of Django's own keys. */
  readonly key: string | undefined;
  /** The version where there is no counter yet. */
  readonly initial: number;
}

/** The form of a namespace of which nothing but its name is known. */
export function defaultNamespace(name: string): NamespaceSpec {
  return {
    name,
    versionKey: `${DEFAULT_VERSION_PREFIX}${name}`,
    key: `${name.replace(/[{}]/g, '$&$&')}:v{version}:{key}`,
    initial: 1,
  };
}

/** What the counters of namespaces in the default form are called: this, and the name. */
export const DEFAULT_VERSION_PREFIX = 'cache_version:';

/** The file form of one namespace. */
export const namespaceSchema = z
  .strictObject({
    version_key: z.optional(
      text('The key of the counter, cache_version:NAME unless given', 'cache_version:products'),
    ),
    key: z.optional(
      text(
        'Template of its keys, NAME:v{version}:{key} unless given: {key} is what an entry calls it',
        'products:v{version}:{key}',
      ),
    ),
    key_version: z.optional(
      trueOrFalse("The counter is VERSION of Django's own keys; only with the django layout"),
    ),
    initial: z.optional(wholeNumber(0, 'The version where there is no counter yet, 1 unless given')),
  })
  .register(fieldNotes, { description: 'Keys that carry a version, which one counter makes old at once' });

/** The resolved namespace of one that has no mistakes. */
export function buildNamespace(file: z.output<typeof namespaceSchema>, name: string): NamespaceSpec {
  const form = defaultNamespace(name);
  return {
    name,
    versionKey: file.version_key ?? form.versionKey,
    key: file.key_version === true ? undefined : (file.key ?? form.key),
    initial: file.initial ?? form.initial,
  };
}

/** What the schema cannot see: templates, names that nothing defines, settings that contradict each other. */
export function checkNamespaces(root: SourceNode): readonly Finding[] {
  const namespaces = mapEntries(nodeAt(root, ['namespaces']));
  const layout = stringScalar(nodeAt(root, ['layout', 'type']))?.value;
  const keyVersions = namespaces.filter(([, { node }]) => isTrue(nodeAt(node, ['key_version'])));
  return [
    ...namespaces.flatMap(([name, { node, keyStart }]) => [
      ...checkNamespace(node),
      ...checkBraces(stringScalar(nodeAt(node, ['version_key'])), name, keyStart),
    ]),
    ...checkCounters(namespaces),
    ...keyVersions.flatMap(([, { keyStart }], index) => checkKeyVersion(keyStart, index, layout)),
    ...mapEntries(nodeAt(root, ['scopes'])).flatMap(([, { node }]) =>
      listItems(nodeAt(node, ['entries'])).flatMap((entry) =>
        checkEntryNamespace(
          entry,
          namespaces.map(([name]) => name),
        ),
      ),
    ),
  ];
}

function checkNamespace(node: SourceNode): readonly Finding[] {
  const versionKey = stringScalar(nodeAt(node, ['version_key']));
  const key = stringScalar(nodeAt(node, ['key']));
  const findings: Finding[] = [];
  if (versionKey?.value === '') findings.push({ offset: versionKey.start, message: 'a key is not empty' });
  if (key !== undefined && isTrue(nodeAt(node, ['key_version']))) {
    findings.push({ offset: key.start, message: '`key` and `key_version` contradict each other' });
  } else if (key !== undefined) findings.push(...checkKeyTemplate(key));
  return findings;
}

/** In a cluster, what cachectl remembers about a counter has to be in its slot, which braces decide. */
function checkBraces(
  versionKey: (ScalarNode & { readonly value: string }) | undefined,
  name: string,
  keyStart: number,
): readonly Finding[] {
  const counter = versionKey?.value ?? defaultNamespace(name).versionKey;
  if (!/[{}]/.test(counter) || /^[^{}]*\{[^{}]+\}/.test(counter)) return [];
  const message = 'braces in the key of a counter are a hash tag, as in {products}:version';
  return [{ offset: versionKey?.start ?? keyStart, message }];
}

function checkKeyTemplate(key: ScalarNode & { readonly value: string }): readonly Finding[] {
  let parts: readonly TemplatePart[];
  try {
    ({ parts } = parseTemplate(key.value));
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    return [{ offset: key.start, message: error.message, suggestion: 'a literal brace is `{{` or `}}`' }];
  }
  const names = parts.flatMap((part) => (part.type === 'placeholder' ? [part.name] : []));
  if (names.length !== 2 || !names.includes('version') || !names.includes('key')) {
    return [
      {
        offset: key.start,
        message: 'the key of a namespace has `{version}` and `{key}`, each once, and no other placeholder',
        suggestion: 'for example products:v{version}:{key}',
      },
    ];
  }
  const at = parts.findIndex((part) => part.type === 'placeholder' && part.name === 'version');
  const [before, after] = [parts[at - 1], parts[at + 1]];
  const isParted =
    (before === undefined || (before.type === 'literal' && !/\d$/.test(before.text))) &&
    (after === undefined || (after.type === 'literal' && !/^\d/.test(after.text)));
  if (isParted) return [];
  return [
    {
      offset: key.start,
      message: 'what stands beside `{version}` must not be a digit or `{key}`: where does the number end?',
      suggestion: 'for example products:v{version}:{key}',
    },
  ];
}

function checkCounters(namespaces: ReturnType<typeof mapEntries>): readonly Finding[] {
  const owners = new Map<string, string>();
  return namespaces.flatMap(([name, { node, keyStart }]) => {
    const counter = stringScalar(nodeAt(node, ['version_key']))?.value ?? defaultNamespace(name).versionKey;
    const owner = owners.get(counter);
    if (owner === undefined) owners.set(counter, name);
    return owner === undefined
      ? []
      : [{ offset: keyStart, message: `namespace \`${owner}\` has the same counter: ${counter}` }];
  });
}

function checkKeyVersion(offset: number, index: number, layout: string | undefined): readonly Finding[] {
  if (layout !== 'django') {
    return [
      {
        offset,
        message: "`key_version` is VERSION of Django's keys, and the layout is not django",
        suggestion: 'layout: { type: django, prefix: shop }',
      },
    ];
  }
  if (index === 0) return [];
  return [{ offset, message: 'only one namespace can be VERSION: all keys of the cache carry it' }];
}

function checkEntryNamespace(entry: SourceNode, names: readonly string[]): readonly Finding[] {
  const namespace = stringScalar(nodeAt(entry, ['namespace']));
  if (namespace === undefined) return [];
  if (!names.includes(namespace.value)) {
    const known = names.length === 0 ? 'the file has no `namespaces`' : `known: ${names.join(', ')}`;
    return [
      {
        offset: namespace.start,
        message: `no namespace \`${namespace.value}\``,
        suggestion: didYouMean(namespace.value, names) ?? known,
      },
    ];
  }
  if (stringScalar(nodeAt(entry, ['mode']))?.value !== 'touch') return [];
  return [
    {
      offset: namespace.start,
      message: '`namespace` goes with `mode: store`: with `touch` the application chooses its keys',
    },
  ];
}

function isTrue(node: SourceNode | undefined): boolean {
  return node?.kind === 'scalar' && (node.value === true || node.value === 'true');
}
