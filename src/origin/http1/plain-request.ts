/** An origin that a connection of our own can be opened to. */
export interface PlainPlace {
  readonly secure: boolean;
  /** Without the brackets of an IPv6 address. */
  readonly hostname: string;
  readonly port: number;
  /** As the Host header has it. */
  readonly host: string;
}

type Headers = Readonly<Record<string, string>>;

const ORIGIN = /^(https?):\/\/((\[[\da-f:.]+\]|[\w.-]+)(?::(\d{1,5}))?)$/i;
const PATH = /^\/[\x21-\x7e]*$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** Headers that say something about the connection or announce a body: those are not for a plain GET. */
const UNUSUAL = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** Reads `scheme://host:port`; `undefined` where there is more to it, such as a user. */
export function plainPlace(origin: string): PlainPlace | undefined {
  const match = ORIGIN.exec(origin);
  if (match === null) return undefined;
  const [, scheme = '', host = '', name = '', digits] = match;
  const secure = scheme.toLowerCase() === 'https';
  const port = digits === undefined ? (secure ? 443 : 80) : Number(digits);
  if (port > 65_535) return undefined;
  return { secure, hostname: name.replace(/^\[|\]$/g, ''), port, host };
}

/** What follows the path, for each set of headers: targets of one entry share theirs. */
const knownTails = new WeakMap<Headers, { readonly host: string; readonly tail: string | undefined }>();

/**
 * A GET as Latin-1 text; `undefined` where something about it is unusual or cannot be sent.
 * @param headers what comes of them is remembered for this object
 * @param more headers of this request alone
 */
export function plainRequest(
  path: string,
  host: string,
  headers: Headers,
  more?: Headers,
): string | undefined {
  let known = knownTails.get(headers);
  if (known?.host !== host) {
    known = { host, tail: requestTail(host, headers) };
    knownTails.set(headers, known);
  }
  const fields = more === undefined ? '' : headerFields(more);
  if (known.tail === undefined || fields === undefined || !PATH.test(path)) return undefined;
  return `GET ${path}${known.tail}${fields}\r\n`;
}

/** All but the empty line at the end. */
function requestTail(host: string, headers: Headers): string | undefined {
  const fields = headerFields(headers);
  const hosts = Object.keys(headers).filter((name) => name.toLowerCase() === 'host').length;
  if (fields === undefined || hosts > 1) return undefined;
  return ` HTTP/1.1\r\n${hosts > 0 ? '' : `host: ${host}\r\n`}connection: keep-alive\r\n${fields}`;
}

function headerFields(headers: Headers): string | undefined {
  let fields = '';
  for (const [name, value] of Object.entries(headers)) {
    if (!NAME.test(name) || !VALUE.test(value) || UNUSUAL.has(name.toLowerCase())) return undefined;
    fields += `${name}: ${value}\r\n`;
  }
  return fields;
}
