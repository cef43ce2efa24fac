/** What a key is, beside its name. Stable words: they stand in JSON. */
export type KeyKind =
  | 'entry'
  | 'page'
  | 'header-list'
  | 'fragment'
  | 'session'
  | 'tag-set'
  | 'tagged-entry'
  | 'version-counter'
  | 'versioned-entry';

/** One thing that a part of the key says, for people: `URI (MD5)` and the digits. Untrusted text. */
export type KeyDetail = readonly [name: string, value: string];

/** A physical key, taken apart. */
export interface KeyExplanation {
  readonly layout: string;
  /** The bytes in front of the logical key. */
  readonly prefix: Buffer;
  readonly logical: Buffer;
  /** Of Django's keys: VERSION. */
  readonly version?: number;
  readonly kind: KeyKind;
  /** The kind in words: `cached page (GET)`. */
  readonly what: string;
  readonly details: readonly KeyDetail[];
}

/** What the logical key of any layout says by itself. */
export type LogicalExplanation = Pick<KeyExplanation, 'kind' | 'what' | 'details'>;

/** The resource and version of a logical key `<resource>:v<n>:<rest>`; `undefined` for any other. */
export function carriedVersion(
  logical: string,
): { readonly resource: string; readonly version: string } | undefined {
  const [, resource, version] = /^(.+?):v(\d+)(?::|$)/s.exec(logical) ?? [];
  return resource === undefined || version === undefined ? undefined : { resource, version };
}

/**
 * Namespace versions: a counter `cache_version:<resource>`, and keys `<resource>:v<n>:<rest>` that carry it.
 * Everything else is an entry.
 */
export function explainLogical(logical: Buffer): LogicalExplanation {
  const text = logical.toString('utf8');
  const counter = /^cache_version:(.+)$/s.exec(text);
  if (counter !== null) {
    const resource = counter[1] ?? '';
    return {
      kind: 'version-counter',
      what: 'version counter',
      details: [
        ['resource', resource],
        ['its entries', `${resource}:v<n>:...`],
      ],
    };
  }
  const versioned = carriedVersion(text);
  if (versioned !== undefined) {
    const { resource, version } = versioned;
    return {
      kind: 'versioned-entry',
      what: 'entry of a namespace version',
      details: [
        ['resource', resource],
        ['namespace version', version],
      ],
    };
  }
  return { kind: 'entry', what: 'entry', details: [] };
}
