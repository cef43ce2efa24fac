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

/** A GET as Latin-1 text; `undefined` where something about it is unusual or cannot be sent. */
export function plainRequest(path: string, host: string, headers: Headers): string | undefined {
  let known = knownTails.get(headers);
  if (known?.host !== host) {
    known = { host, tail: requestTail(host, headers) };
    knownTails.set(headers, known);
  }
  return known.tail === undefined || !PATH.test(path) ? undefined : `GET ${path}${known.tail}`;
}

function requestTail(host: string, headers: Headers): string | undefined {
  let fields = '';
  let hasHost = false;
  for (const [name, value] of Object.entries(headers)) {
    const lower = name.toLowerCase();
    if (!NAME.test(name) || !VALUE.test(value) || UNUSUAL.has(lower)) return undefined;
    if (lower === 'host') {
      if (hasHost) return undefined;
      hasHost = true;
    }
    fields += `${name}: ${value}\r\n`;
  }
  return ` HTTP/1.1\r\n${hasHost ? '' : `host: ${host}\r\n`}connection: keep-alive\r\n${fields}\r\n`;
}
