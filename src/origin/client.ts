import { Pool } from 'undici';
import { VERSION } from '../version.ts';
import { AbortHub } from './abort-hub.ts';
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
  /** Of opening one connection, TLS included; only the whole request is limited where absent. */
  readonly connectTimeoutMs?: number | undefined;
  /** `host` or `host:port`, in lower case, that redirects may lead to besides the origin itself. */
  readonly allowedHosts?: readonly string[] | undefined;
}

type Headers = Readonly<Record<string, string>>;

/**
 * What a request carries unless it says otherwise. `identity`: a cache stores what its application
 * stores, and a body that was compressed for the way would be read back as garbage.
 */
const AUTOMATIC_HEADERS: Headers = {
  'user-agent': `cachectl/${VERSION}`,
  'accept-encoding': 'identity',
  accept: '*/*',
};

/** What may go to another host that redirects lead to: nothing that could be meant for the origin alone. */
const HARMLESS_HEADERS = new Set(['accept', 'accept-language', 'accept-encoding', 'user-agent']);

/** Opens connections only when they are needed, and keeps them until `close`. */
export function createOriginClient(options: OriginClientOptions): OriginClient {
  const pools = new Map<string, Pool>();
  const poolFor = (origin: string): Pool => {
    const known = pools.get(origin);
    if (known !== undefined) return known;
    const pool = new Pool(origin, {
      connections: options.connections,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(options.connectTimeoutMs === undefined ? {} : { connect: { timeout: options.connectTimeoutMs } }),
    });
    pools.set(origin, pool);
    return pool;
  };
  const allowedHosts = new Set(options.allowedHosts ?? []);
  const aborts = new AbortHub();
  return {
    get: (request, signal) => get(request, signal, { poolFor, allowedHosts, aborts }),
    close: async () => {
      // Everything that was asked for has been answered or given up: nothing is worth waiting for.
      await Promise.all(Array.from(pools.values(), (pool) => pool.destroy()));
      pools.clear();
    },
  };
}

interface ClientParts {
  readonly poolFor: (origin: string) => Pool;
  readonly allowedHosts: ReadonlySet<string>;
  readonly aborts: AbortHub;
}

async function get(
  request: OriginRequest,
  signal: AbortSignal,
  { poolFor, allowedHosts, aborts }: ClientParts,
): Promise<OriginResponse> {
  signal.throwIfAborted();
  const startedAt = performance.now();
  let { origin, path } = splitUrl(request.url);
  const host = origin.slice(origin.indexOf('//') + 2);
  let headers = withAutomaticHeaders(request.headers);
  let current: Exchange | undefined;
  let stopped: Error | undefined;
  const stop = (error: Error): void => {
    stopped ??= error;
    current?.cancel(stopped);
  };
  const timer = setTimeout(() => stop(timeoutFailure(host, request.timeoutMs)), request.timeoutMs);
  const forget = aborts.listen(signal, stop);
  try {
    for (let redirects = 0; ; redirects++) {
      const answer: Answer = await Exchange.send(
        poolFor(origin),
        {
          host,
          path,
          headers,
          maxBodyBytes: request.maxBodyBytes,
          headersTimeoutMs: request.headersTimeoutMs,
          bodyTimeoutMs: request.bodyTimeoutMs,
        },
        (exchange) => {
          current = exchange;
          if (stopped !== undefined) exchange.cancel(stopped);
        },
      );
      if (answer.status < 300 || answer.status > 399) {
        return { ...answer, elapsedMs: performance.now() - startedAt };
      }
      const from = new URL(origin + path);
      const redirect = readRedirect(answer.status, answer.headers['location'], from, allowedHosts);
      if (redirect.kind === 'none') return { ...answer, elapsedMs: performance.now() - startedAt };
      if (redirect.kind === 'refuse') throw redirect.error;
      if (redirects === MAX_REDIRECTS) throw redirectLoopFailure(host, MAX_REDIRECTS);
      const next = splitUrl(redirect.url.href);
      if (next.origin !== origin) headers = harmless(headers);
      ({ origin, path } = next);
    }
  } catch (error) {
    // An aborted request fails with the reason of the abort, as every long operation does.
    if (signal.aborted) throw stopped ?? error;
    throw translateOriginError(error, host);
  } finally {
    clearTimeout(timer);
    forget();
  }
}

/** Origin and path of an absolute URL in its normal form: parsing it once more would cost more than sending it. */
function splitUrl(url: string): { readonly origin: string; readonly path: string } {
  const slash = url.indexOf('/', url.indexOf('//') + 2);
  if (slash === -1) return { origin: url, path: '/' };
  const hash = url.indexOf('#', slash);
  return { origin: url.slice(0, slash), path: hash === -1 ? url.slice(slash) : url.slice(slash, hash) };
}

/** Targets of one entry often share one object. */
const completed = new WeakMap<Headers, Headers>();

function withAutomaticHeaders(own: Headers): Headers {
  const known = completed.get(own);
  if (known !== undefined) return known;
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const automatic = Object.entries(AUTOMATIC_HEADERS).filter(([name]) => !names.has(name));
  const all = { ...Object.fromEntries(automatic), ...own };
  completed.set(own, all);
  return all;
}

function harmless(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => HARMLESS_HEADERS.has(name.toLowerCase())),
  );
}
