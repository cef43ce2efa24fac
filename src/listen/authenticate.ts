import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

/** What a sender of events has to prove. With both, either is enough; with none, nobody has to. */
export interface HttpSecrets {
  /** Expected as `Authorization: Bearer TOKEN` (RFC 6750, 2.1). */
  readonly token: string | undefined;
  /** Expected as `X-Cachectl-Signature: sha256=HEX`, the HMAC-SHA256 (RFC 2104) of the body. */
  readonly secret: string | undefined;
}

/** The header of the signature, in lower case as Node gives it. */
export const SIGNATURE_HEADER = 'x-cachectl-signature';

/** Whether a request may send events. Takes the same time whatever is wrong with it. */
export function isAuthentic(headers: IncomingHttpHeaders, body: Buffer, secrets: HttpSecrets): boolean {
  const { token, secret } = secrets;
  if (token === undefined && secret === undefined) return true;
  const bearer = /^Bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1];
  if (token !== undefined && bearer !== undefined && isEqual(bearer, token)) return true;
  const signature = headers[SIGNATURE_HEADER];
  if (secret === undefined || typeof signature !== 'string') return false;
  return isEqual(
    signature.toLowerCase(),
    `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  );
}

/** Compared by digest, so that not even the length can be told from the time it takes. */
function isEqual(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
