import type { TlsMaterial } from './tls.ts';
import { formatAddress, type TcpAddress } from './url.ts';

/** Which server one connection goes to. */
export type Place =
  { readonly kind: 'tcp'; readonly address: TcpAddress } | { readonly kind: 'socket'; readonly path: string };

/** How messages call a place. */
export function placeName(place: Place): string {
  return place.kind === 'tcp' ? formatAddress(place.address) : place.path;
}

/** Everything that one connection to one server needs, secrets included. */
export interface ConnectionSettings {
  readonly place: Place;
  readonly tls: TlsMaterial | undefined;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly protocol: 2 | 3;
  readonly clientName: string;
  readonly connectTimeoutMs: number;
  /** Send READONLY, which a cluster's replica wants before it answers reads. */
  readonly readOnly: boolean;
}
