import { didYouMean } from './did-you-mean.ts';
import { visibilityAt } from './redact.ts';
import { specJsonSchema } from './schema.ts';
import { keyOffsetAt, nodeAt, type SourceNode, type SourcePath } from './source-tree.ts';
import type { Finding } from './finding.ts';

/** The part of a zod issue that is needed here; zod's own union has one member per kind of issue. */
export interface SchemaIssue {
  readonly code: string;
  readonly path: readonly PropertyKey[];
  readonly message: string;
  readonly expected?: string;
  readonly keys?: readonly string[];
  readonly discriminator?: string | undefined;
  readonly options?: readonly unknown[] | undefined;
  /** Of a union: what each of its members has against the value, paths from the value on. */
  readonly errors?: readonly (readonly SchemaIssue[])[] | undefined;
}

/** A node of the JSON Schema, as far as known keys are looked up in it. */
interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema;
  readonly oneOf?: readonly JsonSchema[];
  readonly anyOf?: readonly JsonSchema[];
  readonly type?: string;
  readonly const?: unknown;
}

const EXPECTED_WORDS: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'a string',
  number: 'a number',
  boolean: 'true or false',
};

/** A value longer than this is described, not quoted. */
const MAX_QUOTED = 60;

/** A schema issue in plain words at the place of the file it is about; none for values reported already. */
export function schemaFindings(issue: SchemaIssue, root: SourceNode): readonly Finding[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const node = nodeAt(root, path);
  if (node?.kind === 'scalar' && node.unresolved) return [];
  if (issue.code === 'unrecognized_keys') return unknownKeys(issue.keys ?? [], path, root);
  const member = issue.message.startsWith('expected ') ? undefined : meantMember(issue);
  if (member !== undefined) {
    return member.flatMap((inner) => schemaFindings({ ...inner, path: [...path, ...inner.path] }, root));
  }
  if (issue.discriminator !== undefined && node?.kind !== 'map') {
    return [wrongKind(issue, path, root, node)];
  }
  if (!node) return [missingKey(path, root, issue.options)];
  const expected = issue.message.startsWith('expected ')
    ? issue.message
    : `expected ${EXPECTED_WORDS[issue.expected ?? ''] ?? 'another value'}`;
  const found = issue.code === 'invalid_type' ? kindOf(node) : quoted(node, path);
  const suggestion =
    expected === 'expected a string' && node.kind === 'scalar' && node.value !== null
      ? 'put it in quotes'
      : undefined;
  return [{ offset: node.start, message: `${expected}, found ${found}`, suggestion }];
}

/** Of a union whose members differ in kind (a map, a list of maps), the member of the value's kind. */
function meantMember({ errors = [] }: SchemaIssue): readonly SchemaIssue[] | undefined {
  return errors.find(
    (issues) => !issues.some(({ code, path }) => code === 'invalid_type' && path.length === 0),
  );
}

/** What a value is, in words: `a list`, `nothing`. */
export function kindOf(node: SourceNode): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a map';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'boolean') return node.text;
  return typeof node.value === 'number' ? 'a number' : 'a string';
}

/** A value for a message: quoted, unless it may be secret, came from the environment or is long. */
export function quoted(node: SourceNode, path: SourcePath): string {
  if (node.kind !== 'scalar' || node.value === null) return kindOf(node);
  if (node.variables.length > 0) return `the value of ${node.variables.join(', ')}`;
  const hidden =
    visibilityAt(path) === 'hidden' || node.text.length > MAX_QUOTED || node.text.includes('://');
  return hidden ? kindOf(node) : node.text === '' ? 'an empty string' : `\`${node.text}\``;
}

function unknownKeys(keys: readonly string[], path: SourcePath, root: SourceNode): readonly Finding[] {
  const node = nodeAt(root, path);
  const present = node?.kind === 'map' ? node.entries : new Map<string, never>();
  const known = knownKeys(path, root);
  const free = known.filter((key) => !present.has(key));
  return keys.map((key) => ({
    offset: keyOffsetAt(root, [...path, key]),
    message: `unknown key \`${key}\``,
    suggestion:
      key === '<<'
        ? 'YAML 1.2 has no merge keys'
        : (didYouMean(key, free) ?? didYouMean(key, known) ?? `known here: ${known.join(', ')}`),
  }));
}

function missingKey(path: SourcePath, root: SourceNode, options?: readonly unknown[]): Finding {
  const parent = path.slice(0, -1);
  const key = String(path.at(-1));
  const suggestion =
    path.length === 1 && key === 'version'
      ? 'add `version: 1`'
      : options && `one of ${options.map(String).join(', ')}`;
  return { offset: keyOffsetAt(root, parent), message: `missing key \`${key}\``, suggestion };
}

function wrongKind(
  issue: SchemaIssue,
  path: SourcePath,
  root: SourceNode,
  node: SourceNode | undefined,
): Finding {
  const options = (issue.options ?? []).map(String);
  if (!node) return missingKey(path, root, options);
  const known = `one of ${options.join(', ')}`;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    return { offset: node.start, message: `expected ${known}, found ${kindOf(node)}` };
  }
  return {
    offset: node.start,
    message: `unknown ${issue.discriminator ?? 'kind'}: ${quoted(node, path)}`,
    suggestion: didYouMean(node.value, options) ?? known,
  };
}

/** Made once, and only when a key is unknown. */
let jsonSchema: JsonSchema | undefined;

/** Read from the JSON Schema, which is public, rather than from zod's inside; mistakes are rare enough. */
function knownKeys(path: SourcePath, root: SourceNode): readonly string[] {
  jsonSchema ??= specJsonSchema() as JsonSchema;
  let schema = pickVariant(jsonSchema, root);
  for (const [index, step] of path.entries()) {
    const next =
      typeof step === 'number' ? schema?.items : (schema?.properties?.[step] ?? schema?.additionalProperties);
    schema = typeof next === 'object' ? pickVariant(next, nodeAt(root, path.slice(0, index + 1))) : undefined;
  }
  return Object.keys(schema?.properties ?? {});
}

/** Of a discriminated union, the variant whose constants the file has. */
function pickVariant(schema: JsonSchema, node: SourceNode | undefined): JsonSchema | undefined {
  if (schema.anyOf) {
    const kind = node?.kind === 'list' ? 'array' : 'object';
    const meant = schema.anyOf.find((member) => (member.type ?? 'object') === kind);
    return meant === undefined ? schema : pickVariant(meant, node);
  }
  if (!schema.oneOf) return schema;
  return schema.oneOf.find((variant) =>
    Object.entries(variant.properties ?? {}).every(([key, property]) => {
      const value = nodeAt(node, [key]);
      return property.const === undefined || (value?.kind === 'scalar' && value.value === property.const);
    }),
  );
}
