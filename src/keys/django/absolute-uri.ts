/** What `escape_uri_path` leaves as it is, besides letters and digits. */
const SAFE_IN_PATH = new Set("/:@&+$,-_.!~*'()");
/** What `iri_to_uri` leaves as it is, besides letters and digits. */
const SAFE_IN_URI = new Set("/#%[]=:;$&()+,!?*@'~-_.");

/**
 * A URL as Django's `request.build_absolute_uri()` writes it, which is what page cache keys are made of:
 * the path decoded and quoted again, the query as it came, no fragment. Source: django.http.request and
 * django.utils.encoding (escape_uri_path, iri_to_uri).
 * @returns `undefined` where it is not an absolute http(s) URL
 */
export function djangoAbsoluteUri(text: string): string | undefined {
  const parts = /^(https?):\/\/([^/?#\s]+)([^?#]*)(?:\?([^#]*))?(?:#.*)?$/is.exec(text);
  if (parts === null) return undefined;
  const [, scheme = '', authority = '', path = '', query = ''] = parts;
  // Clients leave out user and password, the scheme's own port, and capital letters of the host.
  const host = authority
    .replace(/^.*@/, '')
    .toLowerCase()
    .replace(scheme.toLowerCase() === 'https' ? /:443$/ : /:80$/, '');
  const escaped = quote(percentDecode(path === '' ? '/' : path), SAFE_IN_PATH);
  const uri = escaped + (query === '' ? '' : `?${quote(Buffer.from(query, 'utf8'), SAFE_IN_URI)}`);
  return `${scheme.toLowerCase()}://${host}${uri}`;
}

/** The host of a URL as the `Host` header has it. */
export function hostOf(uri: string): string {
  return /^https?:\/\/([^/]+)/.exec(uri)?.[1] ?? '';
}

function percentDecode(path: string): Buffer {
  const bytes = Buffer.from(path, 'utf8');
  const decoded: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const hex = bytes[at] === 0x25 ? /^[0-9a-f]{2}$/i.exec(bytes.toString('latin1', at + 1, at + 3)) : null;
    decoded.push(hex === null ? (bytes[at] ?? 0) : Number.parseInt(hex[0], 16));
    if (hex !== null) at += 2;
  }
  return Buffer.from(decoded);
}

function quote(bytes: Buffer, safe: ReadonlySet<string>): string {
  let quoted = '';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    quoted +=
      /[A-Za-z0-9]/.test(character) || safe.has(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return quoted;
}
