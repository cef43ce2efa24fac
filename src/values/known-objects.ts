import { decodeUtf8 } from '../keys/printable.ts';
import { fieldOf, type Entry, type HttpMessage, type PlainObject, type PlainValue } from './plain-value.ts';

/**
 * An object of a class that stands for something simpler, as that: a UUID as its text, a stored HTTP
 * response as status, headers and body. Anything else comes back as it is.
 */
export function foldObject(object: PlainObject): PlainValue {
  if (object.className === 'uuid.UUID') return uuidOf(object) ?? object;
  return djangoResponse(object) ?? object;
}

function uuidOf(object: PlainObject): PlainValue | undefined {
  const number = fieldOf(object.fields, 'int');
  if (number?.kind !== 'integer' || number.value < 0n || number.value >= 2n ** 128n) return undefined;
  const hex = number.value.toString(16).padStart(32, '0');
  const text = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  return { kind: 'text', text, className: object.className };
}

/** What is shown as part of the response, and what only matters while Django sends it. */
const RESPONSE_FIELDS = new Set([
  ...['status_code', '_reason_phrase', 'headers', '_headers', '_container'],
  ...['_handler_class', '_resource_closers', '_closable_objects', 'closed', '_charset'],
]);

/** Django keeps a status only where it is not the one of the class. */
const CLASS_STATUS: Readonly<Record<string, number>> = {
  HttpResponseRedirect: 302,
  HttpResponsePermanentRedirect: 301,
  HttpResponseNotModified: 304,
  HttpResponseBadRequest: 400,
  HttpResponseNotFound: 404,
  HttpResponseForbidden: 403,
  HttpResponseNotAllowed: 405,
  HttpResponseGone: 410,
  HttpResponseServerError: 500,
};

function statusOf(object: PlainObject): number {
  const own = fieldOf(object.fields, 'status_code') ?? fieldOf(object.fields, '_status_code');
  if (own?.kind === 'integer') return Number(own.value);
  return CLASS_STATUS[object.className.replace(/^.*\./, '')] ?? 200;
}

/**
 * A Django response: the body is a list of bytes, the headers a map from lower-case names to name and
 * value, inside a `ResponseHeaders` since Django 3.2. Source: django/http/response.py.
 */
function djangoResponse(object: PlainObject): HttpMessage | undefined {
  const status = statusOf(object);
  const container = fieldOf(object.fields, '_container');
  const holder = fieldOf(object.fields, 'headers');
  const store =
    holder?.kind === 'object' ? fieldOf(holder.fields, '_store') : fieldOf(object.fields, '_headers');
  const headers = store?.kind === 'map' ? headersOf(store.entries) : undefined;
  if (container?.kind !== 'list' || headers === undefined) return undefined;
  const parts = container.items.map(bodyPart);
  const body = parts.filter((part) => part !== undefined);
  if (body.length !== parts.length || !Number.isInteger(status) || status < 0 || status > 999)
    return undefined;
  const reason = fieldOf(object.fields, '_reason_phrase');
  return {
    kind: 'http',
    className: object.className,
    status,
    reason: reason?.kind === 'text' ? reason.text : undefined,
    headers,
    body: body.length === 1 && body[0] !== undefined ? body[0] : Buffer.concat(body),
    fields: object.fields.filter(([name, value]) => !isUsual(name, value)),
  };
}

function isUsual(name: PlainValue, value: PlainValue): boolean {
  if (name.kind === 'text' && RESPONSE_FIELDS.has(name.text)) return true;
  return value.kind === 'object' && value.className.endsWith('.SimpleCookie') && value.entries.length === 0;
}

function headersOf(entries: readonly Entry[]): readonly (readonly [string, string])[] | undefined {
  const headers = entries.map(([, pair]) => {
    const [name, value] = pair.kind === 'list' ? pair.items : [];
    return name?.kind === 'text' && value?.kind === 'text' ? ([name.text, value.text] as const) : undefined;
  });
  const whole = headers.filter((header) => header !== undefined);
  return whole.length === headers.length ? whole : undefined;
}

/** Parts that a hostile pickle names a thousand times are not copied a thousand times. */
const MOST_BODY_BYTES = 16 * 1024 * 1024;

function bodyPart(value: PlainValue, _index: number, all: readonly PlainValue[]): Uint8Array | undefined {
  const bytes =
    value.kind === 'text'
      ? Buffer.from(value.text, 'utf8')
      : value.kind === 'bytes'
        ? value.bytes
        : undefined;
  return bytes === undefined || bytes.length * all.length > MOST_BODY_BYTES * 4 ? undefined : bytes;
}

/** Reason phrases that a framework leaves out because everybody knows them. Source: RFC 9110, section 15. */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  201: 'Created',
  204: 'No Content',
  206: 'Partial Content',
  301: 'Moved Permanently',
  302: 'Found',
  304: 'Not Modified',
  307: 'Temporary Redirect',
  308: 'Permanent Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  410: 'Gone',
  500: 'Internal Server Error',
  503: 'Service Unavailable',
};

/** The first line of a response as people know it: `200 OK`. */
export function statusLine(message: HttpMessage): string {
  const reason = message.reason ?? REASONS[message.status];
  return reason === undefined ? String(message.status) : `${message.status} ${reason}`;
}

/** The body as text, where it is text. */
export function bodyText(message: HttpMessage): string | undefined {
  return decodeUtf8(message.body);
}
