import type { NamespaceSpec } from '../config/namespaces.ts';
import { createLayout, type Layout } from '../keys/layout.ts';
import { escapeGlob } from '../keys/pattern.ts';
import { parseTemplate, renderTemplate, type TemplatePart } from '../text/template.ts';

/** Where the keys of one version of a namespace are. */
export interface VersionPlace {
  readonly version: number;
  /** The layout that puts the version's logical keys where they are stored. */
  readonly layout: Layout;
  /** The logical key, as the application calls it, of what an entry calls `key`. */
  readonly logicalKey: (key: string) => string;
}

/** A namespace in Redis' terms; pure. */
export interface NamespaceForm {
  readonly spec: NamespaceSpec;
  /** Physical key of the counter. */
  readonly counter: Buffer;
  /**
   * Physical key of what cachectl remembers about the counter: which numbers have been handed out, and which
   * are half-filled. In a cluster it is in the counter's slot, so that one script may touch both.
   */
  readonly state: Buffer;
  /** Globs over the physical keys of all versions. */
  readonly globs: readonly Buffer[];
  /** The version that a physical key carries; `undefined` where it is none of this namespace's. */
  readonly versionOf: (physical: Buffer) => number | undefined;
  readonly place: (version: number) => VersionPlace;
  /** Versions that the application's other keys carry as well, so that nothing may be removed there. */
  readonly shared: ReadonlySet<number>;
}

/** What the keys that cachectl keeps about counters start with, inside the layout. */
const STATE_PREFIX = 'cachectl:namespace:';

/** A namespace under a layout. */
export function namespaceForm(spec: NamespaceSpec, layout: Layout): NamespaceForm {
  const counter = layout.toPhysical(Buffer.from(spec.versionKey, 'utf8'));
  const base = { spec, counter, state: stateKey(counter, layout) };
  if (spec.key === undefined) return { ...base, ...keyVersionForm(layout) };
  return { ...base, ...templateForm(spec.key, layout), shared: new Set() };
}

type FormPart = Pick<NamespaceForm, 'globs' | 'versionOf' | 'place'>;

function templateForm(key: string, layout: Layout): FormPart {
  const template = parseTemplate(key);
  const glob = Buffer.concat(template.parts.map(globOf));
  const expression = new RegExp(`^${template.parts.map(expressionOf).join('')}$`, 's');
  return {
    globs: layout.toPhysicalPatterns(glob),
    versionOf: (physical) => {
      const logical = layout.toLogical(physical);
      // Latin-1, so that any bytes are characters; the expression is made of bytes in the same way.
      const found = logical === undefined ? null : expression.exec(logical.toString('latin1'));
      return readVersion(found?.groups?.['version']);
    },
    place: (version) => ({
      version,
      layout,
      logicalKey: (name) => renderTemplate(template, { version: String(version), key: name }),
    }),
  };
}

function globOf(part: TemplatePart): Buffer {
  return part.type === 'literal' ? escapeGlob(Buffer.from(part.text, 'utf8')) : Buffer.from('*');
}

function expressionOf(part: TemplatePart): string {
  if (part.type === 'placeholder') return part.name === 'version' ? '(?<version>\\d{1,15})' : '.*';
  const bytes = Buffer.from(part.text, 'utf8').toString('latin1');
  return bytes.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** The version is Django's own: `KEY_PREFIX:VERSION:key`. */
function keyVersionForm(layout: Layout): FormPart & Pick<NamespaceForm, 'shared'> {
  const { spec } = layout;
  if (spec.type !== 'django') throw new Error('only the django layout has key versions');
  const prefixes = spec.prefixes.map((prefix) => Buffer.from(`${prefix}:`, 'utf8'));
  const layouts = new Map<number, Layout>();
  return {
    globs: prefixes.map((prefix) => Buffer.concat([escapeGlob(prefix), Buffer.from('*')])),
    versionOf: (physical) => {
      const prefix = prefixes.find((start) => physical.subarray(0, start.length).equals(start));
      if (prefix === undefined) return undefined;
      // What cachectl keeps about entries goes with them, or by itself.
      const found = /^(\d{1,15}):(?!cachectl:)/.exec(physical.toString('latin1', prefix.length));
      return readVersion(found?.[1]);
    },
    place: (version) => {
      const known = layouts.get(version) ?? createLayout({ ...spec, versions: [version] });
      layouts.set(version, known);
      return { version, layout: known, logicalKey: (key) => key };
    },
    // Counters, tags and whatever has no version of its own are there.
    shared: new Set(spec.versions),
  };
}

/** Django would never write `v07`: another spelling is another key. */
function readVersion(digits: string | undefined): number | undefined {
  return digits === undefined || (digits.length > 1 && digits.startsWith('0')) ? undefined : Number(digits);
}

/** Source for which part of a key decides the slot: https://redis.io/docs/latest/operate/oss_and_stack/reference/cluster-spec/#hash-tags */
function stateKey(counter: Buffer, layout: Layout): Buffer {
  const text = counter.toString('latin1');
  const hasHashTag = /^[^{]*\{[^}]+\}/.test(text);
  if (hasHashTag) return Buffer.concat([counter, Buffer.from(`:${STATE_PREFIX.slice(0, -1)}`)]);
  return Buffer.concat([layout.prefix, Buffer.from(`${STATE_PREFIX}{`), counter, Buffer.from('}')]);
}
