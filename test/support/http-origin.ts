import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** One request as the origin saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, as sent. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
}

/** Answers one request; the number counts the requests for the same path and query, from 1. */
export type OriginHandler = (request: IncomingMessage, response: ServerResponse, number: number) => void;

/** A real HTTP server whose answers a test scripts. */
export interface TestOrigin {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** `127.0.0.1:port`. */
  readonly host: string;
  readonly requests: readonly SeenRequest[];
  /** Requests so far for a path and query. */
  readonly count: (url: string) => number;
  /** The most requests that were open at once. */
  readonly mostAtOnce: () => number;
  /** Connections that were opened. */
  readonly connections: () => number;
  /** Resolves as soon as this many requests have come. */
  readonly untilRequests: (count: number) => Promise<void>;
  /** Forgets what came so far. */
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
}

/** Starts an origin on a free port. Paths are matched without their query; others answer 404. */
export async function startOrigin(handlers: Readonly<Record<string, OriginHandler>>): Promise<TestOrigin> {
  const requests: SeenRequest[] = [];
  const waiting: { readonly count: number; readonly resolve: () => void }[] = [];
  let open = 0;
  let most = 0;
  let connections = 0;
  const count = (url: string): number => requests.filter((request) => request.url === url).length;
  const server = createServer((request, response) => {
    const url = request.url ?? '/';
    requests.push({ method: request.method ?? '', url, headers: request.headers });
    most = Math.max(most, ++open);
    response.on('close', () => open--);
    response.on('error', () => undefined);
    for (const { resolve } of waiting.filter((waiter) => requests.length >= waiter.count)) resolve();
    const handler =
      handlers[url.split('?')[0] ?? ''] ?? handlers['*'] ?? answer('not found', { status: 404 });
    handler(request, response, count(url));
  });
  server.on('connection', () => connections++);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const host = `127.0.0.1:${address.port}`;
  return {
    url: `http://${host}`,
    host,
    requests,
    count,
    mostAtOnce: () => most,
    connections: () => connections,
    untilRequests: (wanted) =>
      new Promise((resolve) => {
        if (requests.length >= wanted) resolve();
        else waiting.push({ count: wanted, resolve });
      }),
    reset: () => {
      requests.length = 0;
      most = open;
      connections = 0;
    },
    stop: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** Answers with a body. */
export function answer(
  body: string | Buffer,
  options: { readonly status?: number; readonly headers?: Readonly<Record<string, string>> } = {},
): OriginHandler {
  return (_request, response) => {
    response.writeHead(options.status ?? 200, options.headers);
    response.end(body);
  };
}

/** Answers with JSON. */
export function json(value: unknown): OriginHandler {
  return answer(JSON.stringify(value), { headers: { 'content-type': 'application/json' } });
}

/** Answers each request with the next handler; the last one stays. */
export function inTurn(...handlers: readonly OriginHandler[]): OriginHandler {
  return (request, response, number) => {
    const handler = handlers[Math.min(number, handlers.length) - 1];
    if (handler === undefined) throw new Error('no handler');
    handler(request, response, number);
  };
}

/** Takes the request and never answers. */
export const hang: OriginHandler = () => undefined;

/** Cuts the connection in the middle of the body. */
export const cutMidBody: OriginHandler = (_request, response) => {
  response.writeHead(200, { 'content-length': '1000' });
  response.write('half of ', () => response.destroy());
};

/** Sends a redirect. */
export function redirectTo(location: string, status = 302): OriginHandler {
  return answer('moved', { status, headers: { location } });
}

/** Streams so many bytes as fast as they are taken; `sent` says how many were. */
export function stream(bytes: number): {
  readonly handler: OriginHandler;
  readonly sent: () => number;
  readonly closed: Promise<void>;
} {
  const chunk = Buffer.alloc(1024 * 1024, 'x');
  let sent = 0;
  let onClosed: () => void = () => undefined;
  const closed = new Promise<void>((resolve) => (onClosed = resolve));
  return {
    sent: () => sent,
    closed,
    handler: (_request, response) => {
      response.writeHead(200);
      response.on('close', onClosed);
      const push = (): void => {
        while (sent < bytes && !response.destroyed) {
          sent += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', push);
            return;
          }
        }
        if (!response.destroyed) response.end();
      };
      push();
    },
  };
}
