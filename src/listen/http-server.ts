import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { CachectlError } from '../cli/errors.ts';
import { MAX_EVENT_BYTES, type CacheEvent } from '../invalidation/event.ts';
import { isAuthentic, type HttpSecrets } from './authenticate.ts';
import { parseHttpEvent } from './http-event.ts';

/** Where a server listens. */
export interface HttpPlace {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** What the server needs of the listener behind it. */
export interface HttpTools {
  readonly secrets: HttpSecrets;
  /** Says why an event cannot be carried out, before it is accepted. @throws CachectlError */
  readonly check: (event: CacheEvent) => void;
  /** Writes it to the stream; gives its ID once it cannot get lost any more. @throws CachectlError */
  readonly accept: (event: CacheEvent) => Promise<string>;
  readonly isHealthy: () => boolean;
  readonly metrics: () => Promise<string>;
  readonly onRefused: () => void;
}

/** A server that is open. */
export interface HttpListener {
  readonly url: string;
  /** Takes no more connections, and waits for the requests that are under way: no longer than until the abort. */
  readonly close: (limit: AbortSignal) => Promise<void>;
}

/** A sender that is slower than this ties up a connection for nothing. */
const REQUEST_TIMEOUT_MS = 10_000;

/**
 * `POST /events`, `GET /healthz`, `GET /metrics`. An event is answered with 202 and its ID once it is in the
 * stream: whoever has that answer need not send it again.
 * @throws the network's error where the place cannot be listened at
 */
export async function listenHttp(place: HttpPlace, tools: HttpTools): Promise<HttpListener> {
  const connections = new Connections();
  const server = createServer((request, response) => {
    connections.begin(request.socket, response);
    answer(request, response, tools).catch((error: unknown) => {
      if (error instanceof CachectlError)
        reply(response, 503, { error: { code: error.code, message: error.message } });
      else response.destroy();
    });
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.on('connection', (socket: Socket) => connections.add(socket));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.port, place.host, resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : place.port;
  const host = place.host.includes(':') ? `[${place.host}]` : place.host;
  return { url: `http://${host}:${port}`, close: (limit) => closeServer(server, connections, limit) };
}

/** Who is connected, and who of them waits for an answer. */
class Connections {
  readonly #open = new Set<Socket>();
  readonly #busy = new Set<Socket>();
  #isClosing = false;

  add(socket: Socket): void {
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  }

  begin(socket: Socket, response: ServerResponse): void {
    this.#busy.add(socket);
    response.once('close', () => {
      this.#busy.delete(socket);
      if (this.#isClosing) socket.destroySoon();
    });
  }

  /**
   * Ends those that ask nothing. Node's own `closeIdleConnections` leaves those that have not yet asked anything,
   * such as the ones that a load balancer holds in store, and `close` would wait for them.
   */
  endIdle(): void {
    this.#isClosing = true;
    for (const socket of this.#open) if (!this.#busy.has(socket)) socket.destroy();
  }

  endAll(): void {
    for (const socket of this.#open) socket.destroy();
  }
}

async function closeServer(server: Server, connections: Connections, limit: AbortSignal): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const onLimit = (): void => connections.endAll();
  if (limit.aborted) onLimit();
  else limit.addEventListener('abort', onLimit, { once: true });
  connections.endIdle();
  await closed;
  limit.removeEventListener('abort', onLimit);
}

async function answer(request: IncomingMessage, response: ServerResponse, tools: HttpTools): Promise<void> {
  const path = (request.url ?? '/').split('?', 1)[0];
  const { method } = request;
  if (path === '/healthz' && (method === 'GET' || method === 'HEAD')) {
    const healthy = tools.isHealthy();
    reply(response, healthy ? 200 : 503, { status: healthy ? 'ok' : 'redis unreachable' });
  } else if (path === '/metrics' && (method === 'GET' || method === 'HEAD')) {
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' });
    response.end(await tools.metrics());
  } else if (path === '/events' && method === 'POST') await answerEvent(request, response, tools);
  else {
    tools.onRefused();
    const known = path === '/events' || path === '/healthz' || path === '/metrics';
    if (known) response.setHeader('allow', path === '/events' ? 'POST' : 'GET, HEAD');
    refuse(response, known ? 405 : 404, known ? 'method not allowed' : 'not found');
  }
}

async function answerEvent(
  request: IncomingMessage,
  response: ServerResponse,
  tools: HttpTools,
): Promise<void> {
  const body = await readBody(request);
  if (body === undefined) {
    tools.onRefused();
    response.setHeader('connection', 'close');
    refuse(response, 413, `an event has at most ${MAX_EVENT_BYTES} bytes`);
    return;
  }
  if (!isAuthentic(request.headers, body, tools.secrets)) {
    tools.onRefused();
    response.setHeader('www-authenticate', 'Bearer');
    refuse(response, 401, 'a bearer token or a signature of the body is needed');
    return;
  }
  let event: CacheEvent;
  try {
    event = parseHttpEvent(body);
    tools.check(event);
  } catch (error) {
    if (!(error instanceof CachectlError)) throw error;
    tools.onRefused();
    reply(response, 422, { error: { code: error.code, message: error.message, hint: error.hint ?? null } });
    return;
  }
  reply(response, 202, { id: await tools.accept(event), event: event.name });
}

/** `undefined` where it is too large; the rest is not read. */
async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_EVENT_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_EVENT_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  reply(response, status, { error: { code: `http.${status}`, message } });
}

function reply(response: ServerResponse, status: number, body: object): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify(body)}\n`);
}
