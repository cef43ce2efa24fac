import { hash } from 'node:crypto';
import { redactUrl } from '../config/redact.ts';
import type { FillSpec } from '../config/fill-spec.ts';
import type { Layout } from '../keys/layout.ts';
import type { RedisReply } from '../redis/types.ts';
import { encodeTags, TAGS_FIELD } from '../tags/tags-field.ts';
import type { Target } from './target.ts';

/** What is kept beside an entry about the answer it was made of: a small hash with the same life. */
export interface Remembered {
  /** As the origin sent it, quotes and all. */
  readonly etag: string | undefined;
  readonly lastModified: string | undefined;
  /** Of the body, before it was encoded. */
  readonly digest: string;
  /** Of what was requested and in what form it was stored: another request proves nothing. */
  readonly request: string;
  /** Of the stored value: where it has another length by now, somebody else has written it. */
  readonly storedBytes: number;
}

/** The fields of the hash, in the order in which they are read. */
export const SIDE_FIELDS = ['etag', 'last_modified', 'digest', 'request', 'stored_bytes'] as const;

/** What the logical keys of all side hashes start with: patterns over the application's keys do not meet them. */
export const SIDE_PREFIX = 'cachectl:warm:';

/** The physical key of an entry's side hash. Within the layout, so that permissions for its keys cover it. */
export function sideKey(logicalKey: string, layout: Layout): Buffer {
  return layout.toPhysical(Buffer.from(SIDE_PREFIX + logicalKey, 'utf8'));
}

/** A digest of a body; for telling changes, not for secrets. */
export function bodyDigest(body: Buffer): string {
  return hash('sha1', body, 'base64');
}

/** A digest of what a target asks for, and of the form in which its value is stored. */
export function requestDigest(target: Target, fill: FillSpec): string {
  // Other tags have to be written down, though the answer may be the same.
  const tags = target.tags.length === 0 ? '' : ` ${encodeTags(target.tags)}`;
  return hash('sha1', `${formDigest(target.headers, fill)} ${target.url}${tags}`, 'base64');
}

/** Digests of headers and forms; most targets of an entry share both objects. */
const formDigests = new WeakMap<Target['headers'], { readonly fill: FillSpec; readonly digest: string }>();

function formDigest(headers: Target['headers'], fill: FillSpec): string {
  const known = formDigests.get(headers);
  if (known?.fill === fill) return known.digest;
  const kept = fill.value === 'envelope' ? fill.keepHeaders : [];
  const form = [fill.value, fill.select, fill.serializer, fill.compress, kept];
  const digest = hash('sha1', JSON.stringify([Object.entries(headers), form]), 'base64');
  formDigests.set(headers, { fill, digest });
  return digest;
}

/** The hash as HSET takes it: names and values in turn. `url` and `fetched_at` are for people. */
export function sideFields(
  remembered: Remembered,
  target: Target,
  nowMs: number,
): readonly (string | number)[] {
  const { etag, lastModified, digest, request, storedBytes } = remembered;
  // Only where there is something that could be a secret: the look for it is not cheap.
  const url = /[?@;#]/.test(target.url) ? redactUrl(target.url) : target.url;
  const fetchedAt = isoTime(nowMs);
  const stored = ['stored_bytes', storedBytes] as const;
  const fields = ['digest', digest, 'request', request, ...stored, 'url', url, 'fetched_at', fetchedAt];
  if (etag !== undefined) fields.push('etag', etag);
  if (lastModified !== undefined) fields.push('last_modified', lastModified);
  if (target.tags.length > 0) fields.push(TAGS_FIELD, encodeTags(target.tags));
  return fields;
}

/** Reads the reply to HMGET of {@link SIDE_FIELDS}; `undefined` where there is no hash. */
export function readSide(reply: RedisReply | Error | undefined): Remembered | undefined {
  if (!Array.isArray(reply)) return undefined;
  const [etag, lastModified, digest, request, storedBytes] = (reply as readonly RedisReply[]).map((field) =>
    Buffer.isBuffer(field) ? field.toString('utf8') : undefined,
  );
  if (digest === undefined || request === undefined || storedBytes === undefined) return undefined;
  return { etag, lastModified, digest, request, storedBytes: Number(storedBytes) };
}

/** The headers that ask whether an answer has changed (RFC 9110, 13.1); none where nothing is known of it. */
export function conditionalHeaders(
  remembered: Pick<Remembered, 'etag' | 'lastModified'>,
): Readonly<Record<string, string>> | undefined {
  const { etag, lastModified } = remembered;
  if (etag === undefined && lastModified === undefined) return undefined;
  return {
    ...(etag !== undefined && { 'if-none-match': etag }),
    ...(lastModified !== undefined && { 'if-modified-since': lastModified }),
  };
}

let lastTime: { readonly ms: number; readonly text: string } | undefined;

/** Many entries are written in the same millisecond. */
function isoTime(ms: number): string {
  if (lastTime?.ms !== ms) lastTime = { ms, text: new Date(ms).toISOString() };
  return lastTime.text;
}
