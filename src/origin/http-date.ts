/**
 * An HTTP date in any of its three forms (RFC 9110, 5.6.7), in milliseconds since the epoch; `undefined` for
 * anything else. Date.parse alone takes "0" for a day in 2000, and the form without a zone for local time.
 */
export function parseHttpDate(text: string): number | undefined {
  const trimmed = text.trim();
  if (!/^[A-Z][a-z]+,? /.test(trimmed)) return undefined;
  const at = Date.parse(/ \d{4}$/.test(trimmed) ? `${trimmed} GMT` : trimmed);
  return Number.isNaN(at) ? undefined : at;
}
