import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { DatabaseClosedError, type PoolPeak } from './connection-pool.ts';
import { createShopData } from './data.ts';
import { Database, type DatabaseSession } from './database.ts';
import { matchRoute } from './handlers.ts';
import { HttpProblem, sendPage, sendProblem } from './respond.ts';

export interface ShopOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  /** Address to listen on; 127.0.0.1 by default. */
  readonly host?: string;
  /** Multiplies the delay of each query; 1 by default, 0 for hardly any. */
  readonly latencyScale?: number;
  /** Queries that run at the same time; 32 by default. */
  readonly databaseConnections?: number;
  /** Told of bugs in the shop, which clients see as a bare 500. */
  readonly onError?: (error: unknown) => void;
}

export interface Shop {
  readonly port: number;
  /** Without a slash at its end: `http://127.0.0.1:8000`. */
  readonly url: string;
  /** Requests received for each path (without its query), of any method and outcome. */
  requests(): Readonly<Record<string, number>>;
  /** The most database connections that were busy, and queries that waited for one. */
  databasePeak(): PoolPeak;
  /** Cuts all connections and queries; resolves when the port is free. May be called twice. */
  close(): Promise<void>;
}

/** Past this many different paths, new ones are counted together, so that a crawler cannot fill the memory. */
const MAX_COUNTED_PATHS = 10_000;
const OTHER_PATHS = '(other)';

/**
 * Starts the sample shop. Rejects with Node's error where it cannot listen (`EADDRINUSE`), and with
 * RangeError for impossible options.
 */
export async function startShop(options: ShopOptions = {}): Promise<Shop> {
  const host = options.host ?? '127.0.0.1';
  const database = new Database(createShopData(), {
    connections: options.databaseConnections ?? 32,
    latencyScale: options.latencyScale ?? 1,
  });
  const counts = new Map<string, number>();
  let url = '';

  const server = createServer((request, response) => {
    const { path, query } = splitTarget(request.url ?? '/');
    const counted = counts.has(path) || counts.size < MAX_COUNTED_PATHS ? path : OTHER_PATHS;
    counts.set(counted, (counts.get(counted) ?? 0) + 1);
    const db = database.session();
    answer(request, response, { base: url, path, query }, db).catch((error: unknown) => {
      // The socket is gone by then: nobody is left to tell.
      if (error instanceof DatabaseClosedError) return;
      const problem = error instanceof HttpProblem ? error : new HttpProblem(500, 'the shop has a bug');
      if (problem !== error) options.onError?.(error);
      if (response.headersSent) response.destroy();
      else sendProblem(request, response, problem, db.queryCount);
    });
  });

  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, host, () => {
      server.off('error', reject);
      const address = server.address();
      if (address === null || typeof address === 'string')
        reject(new TypeError('the shop listens on no port'));
      else resolve(address.port);
    });
  });
  url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;

  let closed: Promise<void> | undefined;
  return {
    port,
    url,
    requests: () => Object.fromEntries(counts),
    databasePeak: () => database.peak,
    close: () => {
      closed ??= new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        database.close();
      });
      return closed;
    },
  };
}

interface Target {
  readonly base: string;
  readonly path: string;
  readonly query: URLSearchParams;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { base, path, query }: Target,
  db: DatabaseSession,
): Promise<void> {
  const route = matchRoute(path);
  if (route === undefined) throw new HttpProblem(404, 'there is nothing at this path');
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new HttpProblem(405, 'only GET and HEAD are allowed here', { Allow: 'GET, HEAD' });
  }
  const { headers } = request;
  const page = await route.handler({ base, query, headers, parameter: route.parameter }, db);
  sendPage(request, response, page, db.queryCount);
}

/** Split by hand: `new URL` would take `//api` for a host and fold `/../` away. */
function splitTarget(target: string): { readonly path: string; readonly query: URLSearchParams } {
  // The absolute form, which proxies send (RFC 9112, 3.2.2).
  const local = target.replace(/^https?:\/\/[^/?]*/i, '');
  const mark = local.indexOf('?');
  const path = mark === -1 ? local : local.slice(0, mark);
  return {
    path: path === '' ? '/' : path,
    query: new URLSearchParams(mark === -1 ? '' : local.slice(mark + 1)),
  };
}
