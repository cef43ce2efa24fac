import { createHash } from 'node:crypto';
import type { LayoutSpec, RailsDigest } from '../../config/layout.ts';
import { explainLogical, type LogicalExplanation } from '../explanation.ts';
import type { Layout } from '../layout.ts';
import { onePlace, prefixedLayout } from './prefixed.ts';

/** RedisCacheStore::MAX_KEY_BYTESIZE. */
const LONGEST_KEY = 1_024;

const SUFFIXES: Readonly<Record<RailsDigest, (key: Buffer) => string>> = {
  sha256: (key) => `:hash:${hex('sha256', key).slice(0, 32)}`,
  md5: (key) => `:hash:${hex('md5', key)}`,
  sha2: (key) => `:sha2:${hex('sha256', key)}`,
};

const SHORTENED = /^(.*):(?:hash:[0-9a-f]{32}|sha2:[0-9a-f]{64})$/s;

/**
 * Rails' `namespace:key`. A key over 1024 bytes is cut and ends in a digest of the whole, which releases
 * compute differently: it has a place for each, the one of the spec first. Such a physical key does not
 * lead back to its logical one, and patterns are about what is left of it. Source:
 * ActiveSupport::Cache::RedisCacheStore, truncate_key, of 6.1, 7.0 and 7.1.
 */
export function railsLayout(spec: Extract<LayoutSpec, { readonly type: 'rails' }>): Layout {
  const stored = prefixedLayout(
    spec,
    onePlace(spec.namespace === '' ? '' : `${spec.namespace}:`),
    (logical) => explain(logical, stored.prefix.length + logical.length),
  );
  const digests = [...new Set<RailsDigest>([spec.longKeys, 'sha256', 'md5', 'sha2'])];
  return {
    ...stored,
    toPhysical: (logical) => shorten(stored.toPhysical(logical), spec.longKeys),
    toPhysicalKeys: (logical) => {
      const whole = stored.toPhysical(logical);
      return whole.length > LONGEST_KEY ? digests.map((digest) => shorten(whole, digest)) : [whole];
    },
  };
}

function shorten(whole: Buffer, digest: RailsDigest): Buffer {
  if (whole.length <= LONGEST_KEY) return whole;
  const suffix = Buffer.from(SUFFIXES[digest](whole));
  return Buffer.concat([whole.subarray(0, LONGEST_KEY - suffix.length), suffix]);
}

function hex(algorithm: string, bytes: Buffer): string {
  return createHash(algorithm).update(bytes).digest('hex');
}

/** What `fetch` of an array or hash in Rails becomes, given as JSON: `["user", 1, {"a": 1}]` is `user/1/a=1`. */
export function railsCompositeKey(key: unknown): string {
  if (Array.isArray(key))
    return key.length === 1 ? railsCompositeKey(key[0]) : key.map(railsCompositeKey).join('/');
  if (typeof key === 'object' && key !== null) {
    return Object.entries(key)
      .map(([name, value]) => `${name}=${interpolated(value)}`)
      .sort(compareBytes)
      .join('/');
  }
  return interpolated(key);
}

/** A JSON value as Ruby puts it into a string. */
function interpolated(value: unknown): string {
  if (value === null) return '';
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean' || (typeof value === 'number' && Number.isSafeInteger(value)))
    return String(value);
  throw new RangeError(
    `${JSON.stringify(value)} within a hash, or as a number, is written differently by Ruby releases`,
  );
}

function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a, 'utf8'), Buffer.from(b, 'utf8'));
}

function explain(logical: Buffer, physicalLength: number): LogicalExplanation | undefined {
  const text = logical.toString('utf8');
  if (physicalLength === LONGEST_KEY && SHORTENED.test(text)) {
    return {
      kind: 'entry',
      what: 'entry whose key was over 1024 bytes',
      details: [['ends in', 'a digest of the whole key']],
    };
  }
  const fragment = /^views\/(.+?):([0-9a-f]{32})(?:\/(.*))?$/s.exec(text);
  if (fragment === null) return explainLogical(logical);
  const [, template = '', digest = '', record] = fragment;
  return {
    kind: 'fragment',
    what: 'template fragment',
    details: [
      ['template', template],
      ['template digest', digest],
      ...(record === undefined ? [] : [['for', record] as const]),
    ],
  };
}
