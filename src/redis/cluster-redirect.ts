import { CachectlError } from '../cli/errors.ts';
import type { TcpAddress } from './url.ts';

/** What an error reply of a cluster's node asks for. */
export type Redirect =
  /** The slot lives there from now on. */
  | { readonly kind: 'moved'; readonly to: TcpAddress }
  /** The slot is on its way there: this one command only, behind ASKING. */
  | { readonly kind: 'ask'; readonly to: TcpAddress }
  /** Ask again in a moment. */
  | { readonly kind: 'wait' };

const WAIT_CODES = new Set(['redis.cluster-down', 'redis.loading', 'redis.primary-down', 'redis.read-only']);

/**
 * Reads `MOVED slot host:port`, `ASK slot host:port`, TRYAGAIN, CLUSTERDOWN and the like; `undefined` for
 * any other reply. A reply without a host means the node that was asked. Source: the cluster specification.
 */
export function parseRedirect(reply: unknown, asked: TcpAddress): Redirect | undefined {
  if (!(reply instanceof CachectlError)) return undefined;
  const text = reply.cause instanceof Error ? reply.cause.message : '';
  const match = /^(MOVED|ASK) \d+ (.*):(\d+)$/.exec(text.trim());
  if (match !== null) {
    const host = match[2] === '' || match[2] === '?' ? asked.host : (match[2] ?? asked.host);
    return { kind: match[1] === 'ASK' ? 'ask' : 'moved', to: { host, port: Number(match[3]) } };
  }
  if (text.startsWith('TRYAGAIN') || WAIT_CODES.has(reply.code)) return { kind: 'wait' };
  return undefined;
}
