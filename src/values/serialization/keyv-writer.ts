/** A string, and the colon behind it where it is a name. Written so that long strings need no backtracking. */
const STRING = /"([^"\\]*(?:\\.[^"\\]*)*)"(:?)/gs;

/**
 * Data in the envelope of keyv, without an expiry of its own: Redis expires the entry, and a renewed life
 * needs no other value. keyv takes a colon from the beginning of every string, so that one more is put there.
 * Source: @keyv/serialize.
 * @param json compact: no white space between names and colons
 */
export function keyvEntry(json: string): Buffer {
  const escaped = /":|\\u003a/i.test(json) ? json.replace(STRING, escapeColon) : json;
  return Buffer.from(`{"value":${escaped},"expires":null}`, 'utf8');
}

function escapeColon(string: string, inner: string, colon: string): string {
  return colon === '' && /^(?::|\\u003a)/i.test(inner) ? `":${inner}"` : string;
}
