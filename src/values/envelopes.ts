import { decodeUtf8 } from '../keys/printable.ts';
import type { Fact } from './decoded-value.ts';
import {
  fieldOf,
  HTTP_RESPONSE,
  NULL,
  type HttpMessage,
  type PlainObject,
  type PlainValue,
} from './plain-value.ts';
import { isoSeconds } from './serialization/iso-moment.ts';

/** What stands inside of an envelope. */
export interface Opened {
  readonly payload: Buffer;
  readonly facts: readonly Fact[];
  /** Rails 7.0 packs value, moment of expiry and version into the payload. */
  readonly packed: boolean;
}

const RAILS_71 = Buffer.from([0x00, 0x11]);
const HEADER_71 = 2 + 1 + 8 + 4;

/**
 * Opens the envelopes that Rails 7.0 (one byte before Marshal) and 7.1 (a header) put around a value.
 * Source: activesupport/lib/active_support/cache/coder.rb and serializer_with_fallback.rb.
 */
export function openRails(bytes: Buffer): Opened | undefined {
  const [first, second, third] = bytes;
  const plain = first === 0 && second === 4 && third === 8;
  if (plain || (first === 1 && second === 0x78))
    return { payload: bytes.subarray(1), facts: [], packed: true };
  if (bytes.length < HEADER_71 || !bytes.subarray(0, 2).equals(RAILS_71)) return undefined;
  const type = bytes.readUInt8(2) & 0x7f;
  const versionLength = bytes.readInt32LE(11);
  const start = HEADER_71 + Math.max(0, versionLength);
  if (type < 1 || type > 4 || versionLength < -1 || start > bytes.length) return undefined;
  const expires = bytes.readDoubleLE(3);
  const version = decodeUtf8(bytes.subarray(HEADER_71, start));
  return {
    payload: bytes.subarray(start),
    facts: [
      ...(expires >= 0 ? momentFact('expires', expires) : []),
      ...(versionLength >= 0 && version !== undefined ? [{ name: 'version', text: version }] : []),
    ],
    packed: false,
  };
}

/** Value and facts of what Rails 7.0 packed into one list, trailing nils left out. */
export function unpackRails(value: PlainValue): {
  readonly value: PlainValue;
  readonly facts: readonly Fact[];
} {
  if (value.kind !== 'list' || value.items.length > 3) return { value, facts: [] };
  const [inner, expires, version] = value.items;
  return {
    value: inner ?? NULL,
    facts: [...numberFact('expires', expires), ...textFact('version', version)],
  };
}

/** An entry of Rails 6.1: a value, or bytes that are compressed once more. */
export interface RailsEntry {
  readonly value: PlainValue;
  readonly compressed: Buffer | undefined;
  readonly facts: readonly Fact[];
}

const ENTRY_FIELDS = new Set(['@value', '@version', '@created_at', '@expires_in', '@compressed']);

/** Opens an `ActiveSupport::Cache::Entry`. Source: activesupport 6.1, lib/active_support/cache.rb. */
export function openRailsEntry(object: PlainObject): RailsEntry | undefined {
  const isEntry = object.className === 'ActiveSupport::Cache::Entry';
  const known = object.fields.every(([name]) => name.kind === 'symbol' && ENTRY_FIELDS.has(name.name));
  const value = fieldOf(object.fields, '@value');
  if (!isEntry || !known || value === undefined) return undefined;
  const created = fieldOf(object.fields, '@created_at');
  const lifetime = fieldOf(object.fields, '@expires_in');
  const end = secondsOf(created) !== undefined && secondsOf(lifetime) !== undefined;
  const compressed = fieldOf(object.fields, '@compressed');
  const isCompressed = compressed?.kind === 'boolean' && compressed.value && value.kind === 'bytes';
  return {
    value,
    compressed: isCompressed ? Buffer.from(value.bytes) : undefined,
    facts: [
      ...numberFact('created', created),
      ...(end ? momentFact('expires', (secondsOf(created) ?? 0) + (secondsOf(lifetime) ?? 0)) : []),
      ...textFact('version', fieldOf(object.fields, '@version')),
    ],
  };
}

/**
 * The response that an entry with `value: envelope` stores: `{"status": ..., "headers": {...}, "body": ...}`, with
 * `body_base64` for a body that is not text, and nothing else.
 */
export function openWarm(text: string): HttpMessage | undefined {
  const parsed: unknown = /^\{"status":\d/.test(text) ? JSON.parse(text) : undefined;
  if (typeof parsed !== 'object' || parsed === null || Object.keys(parsed).length !== 3) return undefined;
  if (!('status' in parsed) || !('headers' in parsed)) return undefined;
  const { status, headers } = parsed;
  const body = 'body' in parsed ? parsed.body : 'body_base64' in parsed ? parsed.body_base64 : undefined;
  if (typeof status !== 'number' || typeof body !== 'string') return undefined;
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers)) return undefined;
  const pairs = Object.entries(headers as Readonly<Record<string, unknown>>).flatMap(([name, value]) =>
    (Array.isArray(value) ? (value as readonly unknown[]) : [value]).map((one) => [name, one] as const),
  );
  if (!pairs.every((pair): pair is readonly [string, string] => typeof pair[1] === 'string'))
    return undefined;
  return {
    kind: 'http',
    className: HTTP_RESPONSE,
    status,
    reason: undefined,
    headers: pairs,
    body: Buffer.from(body, 'body' in parsed ? 'utf8' : 'base64'),
    fields: [],
  };
}

/** What keyv says about its value: `{"value": ..., "expires": milliseconds or null}` and nothing else. */
export function openKeyv(text: string): readonly Fact[] | undefined {
  const parsed: unknown = /^\{"value":/.test(text) ? JSON.parse(text) : undefined;
  if (typeof parsed !== 'object' || parsed === null || Object.keys(parsed).length !== 2) return undefined;
  if (!('value' in parsed) || !('expires' in parsed)) return undefined;
  const { expires } = parsed;
  if (expires === null) return [];
  return typeof expires === 'number' ? momentFact('expires', expires / 1_000) : undefined;
}

function secondsOf(value: PlainValue | undefined): number | undefined {
  if (value?.kind === 'integer') return Number(value.value);
  return value?.kind === 'float' ? value.value : undefined;
}

function numberFact(name: string, value: PlainValue | undefined): readonly Fact[] {
  const seconds = secondsOf(value);
  return seconds === undefined ? [] : momentFact(name, seconds);
}

function textFact(name: string, value: PlainValue | undefined): readonly Fact[] {
  return value?.kind === 'text' ? [{ name, text: value.text }] : [];
}

/** A moment as a fact; none where it is no moment. @param seconds since the epoch */
export function momentFact(name: string, seconds: number): readonly Fact[] {
  if (!Number.isFinite(seconds) || Math.abs(seconds) > 1e12) return [];
  const whole = Math.floor(seconds);
  const moment = isoSeconds(BigInt(whole), Math.floor((seconds - whole) * 1_000) * 1_000_000);
  return moment?.kind === 'moment' ? [{ name, text: moment.text }] : [];
}
