import { setMaxListeners } from 'node:events';
import { Pool } from 'undici';
import { VERSION } from '../version.ts';
import { Exchange, type Answer } from './exchange.ts';
import { redirectLoopFailure, timeoutFailure } from './failures.ts';
import { MAX_REDIRECTS } from './limits.ts';
import { readRedirect } from './redirect.ts';
import { translateOriginError } from './translate-error.ts';
import type { OriginClient, OriginRequest, OriginResponse } from './types.ts';

/** How much of the origin one client takes. */
export interface OriginClientOptions {
  /** The most connections to one origin; each carries one request at a time. */
  readonly connections: number;
}

/**
 * What a request carries unless it says otherwise. `identity`: a cache stores what its application
 * stores, and a body that was compressed for the way would be read back as garbage.
 */
const AUTOMATIC_HEADERS: Readonly<Record<string, string>> = {
  'user-agent': `cachectl/${VERSION}`,
  'accept-encoding': 'identity',
  accept: '*/*',
};

/** Opens connections only when they are needed, and keeps them until `close`. */
export function createOriginClient(options: OriginClientOptions): OriginClient {
  const pools = new Map<string, Pool>();
  const poolFor = (url: URL): Pool => {
    const known = pools.get(url.origin);
    if (known !== undefined) return known;
    const pool = new Pool(url.origin, {
      connections: options.connections,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    pools.set(url.origin, pool);
    return pool;
  };
  return {
    get: (request, signal) => get(request, signal, poolFor),
    close: async () => {
      // Everything that was asked for has been answered or given up: nothing is worth waiting for.
      await Promise.all(Array.from(pools.values(), (pool) => pool.destroy()));
      pools.clear();
    },
  };
}

async function get(
  request: OriginRequest,
  signal: AbortSignal,
  poolFor: (url: URL) => Pool,
): Promise<OriginResponse> {
  signal.throwIfAborted();
  // Every request under way listens to the same signal: more than ten are no leak, as Node would warn.
  setMaxListeners(0, signal);
  const startedAt = performance.now();
  let url = new URL(request.url);
  const host = url.host;
  const headers = withAutomaticHeaders(request.headers);
  let current: Exchange | undefined;
  let stopped: Error | undefined;
  const stop = (error: Error): void => {
    stopped ??= error;
    current?.cancel(stopped);
  };
  const onAbort = (): void => stop(abortReason(signal));
  const timer = setTimeout(() => stop(timeoutFailure(host, request.timeoutMs)), request.timeoutMs);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    for (let redirects = 0; ; redirects++) {
      const answer: Answer = await Exchange.send(
        poolFor(url),
        { host, path: `${url.pathname}${url.search}`, headers, maxBodyBytes: request.maxBodyBytes },
        (exchange) => {
          current = exchange;
          if (stopped !== undefined) exchange.cancel(stopped);
        },
      );
      const redirect = readRedirect(answer.status, answer.headers['location'], url);
      if (redirect.kind === 'none') return { ...answer, elapsedMs: performance.now() - startedAt };
      if (redirect.kind === 'refuse') throw redirect.error;
      if (redirects === MAX_REDIRECTS) throw redirectLoopFailure(host, MAX_REDIRECTS);
      url = redirect.url;
    }
  } catch (error) {
    // An aborted request fails with the reason of the abort, as every long operation does.
    if (signal.aborted) throw abortReason(signal);
    throw translateOriginError(error, host);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

function abortReason(signal: AbortSignal): Error {
  return signal.reason instanceof Error ? signal.reason : new Error('aborted');
}

function withAutomaticHeaders(own: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const automatic = Object.entries(AUTOMATIC_HEADERS).filter(([name]) => !names.has(name));
  return { ...Object.fromEntries(automatic), ...own };
}
