import type { FieldNames } from './json-fields.ts';

/** Requests as logs write them, where the fast way over bytes does not apply. */

/** What a line says of its request. */
export interface LoggedRequest {
  readonly method: string;
  /** As it was sent: a path with its query, `*`, or an absolute URL. */
  readonly target: string;
  readonly status: number;
  /** Where each of them is a field of its own at the top of a JSON line, and nothing else has a say. */
  readonly fields?: FieldNames;
}

const METHODS = ['method', 'request_method', 'http_method', 'RequestMethod', 'http.request.method', 'verb'];
const TARGETS = [
  'request_uri',
  'uri',
  'path',
  'url',
  'target',
  'RequestPath',
  'request_path',
  'url.original',
  'http.url',
];
const QUERIES = ['args', 'query_string', 'query'];
const STATUSES = [
  'status',
  'status_code',
  'statusCode',
  'response_status',
  'DownstreamStatus',
  'http.response.status_code',
  'http.status_code',
  'code',
];

/**
 * Reads a line of JSON by the field names of nginx formats, Caddy, Traefik, Envoy and the Elastic Common
 * Schema; `request` may be a request line (`GET /x HTTP/1.1`) or hold the other fields.
 */
export function readJsonLine(line: string): LoggedRequest | undefined {
  let document: unknown;
  try {
    document = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isRecord(document)) return undefined;
  const inner = document['request'];
  const status = Number(pick(document, STATUSES) ?? Number.NaN);
  if (!Number.isInteger(status)) return undefined;
  if (typeof inner === 'string') {
    const [method = '', target = ''] = inner.split(' ');
    return { method, target, status };
  }
  const fields = isRecord(inner) ? inner : document;
  const method = pick(fields, METHODS);
  const target = pick(fields, TARGETS);
  if (method === undefined || target === undefined) return undefined;
  const query = target.includes('?') ? undefined : pick(fields, QUERIES);
  const hasQuery = query !== undefined && query !== '' && query !== '-';
  const names = fieldNames(document);
  return {
    method,
    target: hasQuery ? `${target}?${query.replace(/^\?/, '')}` : target,
    status,
    ...(names && { fields: names }),
  };
}

function fieldNames(document: Readonly<Record<string, unknown>>): FieldNames | undefined {
  const first = (names: readonly string[]): string | undefined =>
    names.find((name) => ['string', 'number'].includes(typeof document[name]));
  const [method, target, status] = [first(METHODS), first(TARGETS), first(STATUSES)];
  if (document['request'] !== undefined || first(QUERIES) !== undefined) return undefined;
  if (method === undefined || target === undefined || status === undefined) return undefined;
  return { method, target, status };
}

function pick(fields: Readonly<Record<string, unknown>>, names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = fields[name] ?? (name.includes('.') ? nested(fields, name.split('.')) : undefined);
    if (typeof value === 'string' || typeof value === 'number') return String(value);
  }
  return undefined;
}

function nested(fields: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = fields;
  for (const step of path) value = isRecord(value) ? value[step] : undefined;
  return value;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Undoes what Apache (`\"`, `\\`, `\xhh`) and nginx (`\x22`) do to quotes and control characters. */
export function unescapeRequest(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (_all, hex: string | undefined, character: string) =>
    hex === undefined ? character : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** The path of a target, or `undefined` where it has none (`*`). Proxies log absolute URLs. */
export function pathOfTarget(target: string): string | undefined {
  if (target.startsWith('/')) return target;
  const absolute = /^https?:\/\/[^/?#]*([^#]*)/i.exec(target)?.[1];
  if (absolute === undefined) return undefined;
  return absolute.startsWith('/') ? absolute : `/${absolute}`;
}
