import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** An application to put load on, which knows what it was asked. */
export interface LoadtestOrigin {
  readonly url: string;
  /** Requests that arrived, by path and query. */
  readonly requests: ReadonlyMap<string, number>;
  /** The most requests that were under way at the same time. */
  readonly mostAtOnce: () => number;
  /** Connections that were opened. */
  readonly connections: () => number;
  /** The header of the last request to a path. */
  readonly lastHeader: (path: string, name: string) => string | undefined;
  /** Called at the arrival of every request, which is answered once the promise is fulfilled. */
  onRequest: (path: string, count: number) => void | Promise<void>;
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

/** What the page that takes 20 ms takes. */
export const SLOW_MS = 20;

type Handler = (response: ServerResponse, count: number, url: URL) => void;

const page = (response: ServerResponse, body: string, queries = '12'): void => {
  response.writeHead(200, { 'content-type': 'text/plain', 'x-db-queries': queries });
  response.end(body);
};

const HANDLERS: Readonly<Record<string, Handler>> = {
  '/fast': (response) => page(response, 'fast page'),
  '/slow': (response) => void setTimeout(() => page(response, 'slow page'), SLOW_MS),
  '/second': (response) => void setTimeout(() => page(response, 'second page'), SLOW_MS / 2),
  '/item': (response, _count, url) => page(response, `item ${url.searchParams.get('id') ?? ''}`, '2'),
  '/plain': (response) => response.end('no counting header'),
  '/empty': (response) => response.writeHead(204).end(),
  '/fail': (response) => response.writeHead(500).end('broken'),
  '/flaky': (response, count) =>
    count % 5 === 0 ? response.writeHead(503).end() : page(response, `answer ${count}`),
  '/moved': (response) => response.writeHead(302, { location: 'http://elsewhere.invalid/' }).end(),
  '/hang': () => undefined,
  '/ids': (response) => response.end('{"results":[{"id":1},{"id":2},{"id":3}]}'),
};

/** Starts one on a free port of the loopback address. */
export async function startLoadtestOrigin(): Promise<LoadtestOrigin> {
  const requests = new Map<string, number>();
  const headers = new Map<string, IncomingMessage['headers']>();
  let underWay = 0;
  let most = 0;
  let connections = 0;
  const server = createServer((request, response) => {
    const path = request.url ?? '/';
    const count = (requests.get(path) ?? 0) + 1;
    requests.set(path, count);
    headers.set(path, request.headers);
    most = Math.max(most, ++underWay);
    response.on('close', () => underWay--);
    const url = new URL(path, 'http://origin');
    const handler = HANDLERS[url.pathname];
    void Promise.resolve(origin.onRequest(path, count)).then(() => {
      if (handler === undefined) response.writeHead(404).end();
      else handler(response, count, url);
    });
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin: LoadtestOrigin = {
    url: `http://127.0.0.1:${port}`,
    requests,
    mostAtOnce: () => most,
    connections: () => connections,
    lastHeader: (path, name) => headers.get(path)?.[name]?.toString(),
    onRequest: () => undefined,
    reset: () => {
      requests.clear();
      headers.clear();
      most = 0;
      connections = 0;
      origin.onRequest = () => undefined;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return origin;
}
