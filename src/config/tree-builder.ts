import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  visit,
  type Alias,
  type Document,
  type LineCounter,
  type Node,
  type Scalar,
} from 'yaml';

import { formatCount } from '../units/number.ts';
import type { ValueFinding } from './finding.ts';

import { interpolate, type Environment } from './interpolate.ts';
import type { MapEntry, MapNode, ScalarNode, SourceNode, SourcePath } from './source-tree.ts';

/** What aliases may add: far beyond any honest file, far below what fills the memory. */
const MAX_ALIASED_VALUES = 10_000;

/** UTF-16 units of one value: far more than a key, a URL or a header can have. */
const MAX_TEXT_LENGTH = 64 * 1024;

/** Turns YAML nodes into the tree, follows aliases within limits and fills in variables. */
export class TreeBuilder {
  /** What is wrong with keys, aliases and variables, gathered while building. */
  readonly findings: ValueFinding[] = [];
  readonly #text: string;
  readonly #env: Environment;
  readonly #lines: LineCounter;
  readonly #targets: ReadonlyMap<Alias, Node>;
  readonly #open = new Set<Node>();
  #aliasDepth = 0;
  #aliasedValues = 0;

  constructor(document: Document.Parsed, text: string, env: Environment, lines: LineCounter) {
    this.#text = text;
    this.#env = env;
    this.#lines = lines;
    this.#targets = aliasTargets(document);
  }

  /** The tree of a node; `fallbackOffset` is the place of nodes that have none, such as empty values. */
  build(node: unknown, path: SourcePath, fallbackOffset = 0): SourceNode {
    if (isAlias(node)) return this.#alias(node, path);
    if (this.#aliasDepth > 0) this.#aliasedValues++;
    if (isMap(node)) return this.#map(node.items, path, this.#located(node.range, fallbackOffset));
    if (isSeq(node)) {
      const items = node.items.map((item, index) => this.build(item, [...path, index], fallbackOffset));
      return { kind: 'list', ...this.#located(node.range, fallbackOffset), items };
    }
    return this.#scalar(isScalar(node) ? node : undefined, path, fallbackOffset);
  }

  #map(
    pairs: readonly { readonly key: unknown; readonly value: unknown }[],
    path: SourcePath,
    located: Omit<MapNode, 'kind' | 'entries'>,
  ): MapNode {
    const entries = new Map<string, MapEntry>();
    for (const { key, value } of pairs) {
      const keyStart = isScalar(key) || isMap(key) || isSeq(key) || isAlias(key) ? (key.range?.[0] ?? 0) : 0;
      const name = keyName(key);
      if (name === undefined || name === '__proto__') {
        this.#report('error', path, keyStart, 'a key is a plain name');
        continue;
      }
      const earlier = entries.get(name);
      if (earlier) {
        const { line } = this.#lines.linePos(earlier.keyStart);
        this.#report('error', path, keyStart, `duplicate key \`${name}\`, first given on line ${line}`);
        continue;
      }
      const keyEnd = isScalar(key) ? (key.range?.[1] ?? keyStart) : keyStart;
      entries.set(name, { keyStart, node: this.build(value, [...path, name], keyEnd) });
    }
    return { kind: 'map', ...located, entries };
  }

  #alias(alias: Alias, path: SourcePath): SourceNode {
    const offset = alias.range?.[0] ?? 0;
    const target = this.#targets.get(alias);
    const nothing: SourceNode = { ...this.#scalar(undefined, path, offset), unresolved: true };
    if (!target) {
      this.#report('error', path, offset, `no anchor \`&${alias.source}\` before this alias`);
      return nothing;
    }
    if (this.#open.has(target)) {
      this.#report('error', path, offset, `the alias \`*${alias.source}\` contains itself`);
      return nothing;
    }
    if (this.#aliasedValues > MAX_ALIASED_VALUES) {
      // Reported once: an alias bomb would otherwise fill the report.
      if (Number.isFinite(this.#aliasedValues)) {
        const message = `aliases expand to more than ${formatCount(MAX_ALIASED_VALUES)} values`;
        this.#report('error', path, offset, message);
        this.#aliasedValues = Number.POSITIVE_INFINITY;
      }
      return nothing;
    }
    this.#open.add(target);
    this.#aliasDepth++;
    const node = this.build(target, path, offset);
    this.#aliasDepth--;
    this.#open.delete(target);
    return node;
  }

  #scalar(scalar: Scalar | undefined, path: SourcePath, fallbackOffset: number): ScalarNode {
    const located = this.#located(scalar?.range, fallbackOffset);
    const value = scalar?.value ?? null;
    if (typeof value === 'string') return this.#string(value, path, located);
    const written = scalar?.source ?? '';
    const plain = typeof value === 'number' || typeof value === 'boolean' || value === null ? value : written;
    const text = typeof plain === 'number' ? written : String(plain);
    return {
      kind: 'scalar',
      ...located,
      value: plain,
      text,
      textStart: undefined,
      variables: [],
      unresolved: false,
    };
  }

  #string(raw: string, path: SourcePath, located: Omit<MapNode, 'kind' | 'entries'>): ScalarNode {
    const verbatim = [located.start, located.start + 1].find((start) => this.#text.startsWith(raw, start));
    const { value, variables, problems } = interpolate(raw.slice(0, MAX_TEXT_LENGTH), this.#env);
    const isTooLong = raw.length > MAX_TEXT_LENGTH || value.length > MAX_TEXT_LENGTH;
    if (isTooLong) this.#report('error', path, located.start, 'this text is longer than 64 KB');
    for (const { kind, offset, message } of problems) {
      const at = verbatim === undefined ? located.start : verbatim + offset;
      const severity = kind === 'syntax' ? 'error' : kind === 'unset' ? 'warning' : 'required';
      this.#report(severity, path, at, message);
    }
    return {
      kind: 'scalar',
      ...located,
      value,
      text: value,
      textStart: value === raw ? verbatim : undefined,
      variables,
      unresolved: isTooLong || problems.some(({ kind }) => kind !== 'unset'),
    };
  }

  #located(range: readonly [number, number, number] | null | undefined, fallbackOffset: number) {
    const start = range?.[0] ?? fallbackOffset;
    return { start, end: range?.[1] ?? fallbackOffset, line: this.#lines.linePos(start).line };
  }

  #report(severity: ValueFinding['severity'], path: SourcePath, offset: number, message: string): void {
    this.findings.push({ severity, path, offset, message });
  }
}

/** The name a key stands for, or `undefined` where it is not a plain name. */
function keyName(key: unknown): string | undefined {
  if (!isScalar(key) || key.value === null) return undefined;
  return typeof key.value === 'string' ? key.value : key.source;
}

/** Each alias with the latest node of its name before it. */
function aliasTargets(document: Document.Parsed): ReadonlyMap<Alias, Node> {
  const anchors = new Map<string, Node>();
  const targets = new Map<Alias, Node>();
  visit(document, {
    Node(_key, node) {
      if (isAlias(node)) {
        const target = anchors.get(node.source);
        if (target) targets.set(node, target);
      } else if (node.anchor !== undefined) {
        anchors.set(node.anchor, node);
      }
    },
  });
  return targets;
}
