import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { CachectlError } from '../../src/cli/errors.ts';
import { askOnce } from '../../src/origin/ask-once.ts';
import { createOriginClient } from '../../src/origin/client.ts';
import type { OriginClient, OriginRequest, OriginResponse } from '../../src/origin/types.ts';
import { deadPort } from '../support/dead-port.ts';
import { createAuthority } from '../support/certificates.ts';
import { answer, cutMidBody, hang, redirectTo, startOrigin, stream } from '../support/http-origin.ts';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function client(connections = 4): OriginClient {
  const created = createOriginClient({ connections });
  cleanups.push(() => created.close());
  return created;
}

const never = new AbortController().signal;

function get(url: string, request: Partial<OriginRequest> = {}, signal = never): Promise<OriginResponse> {
  const whole = { url, headers: {}, timeoutMs: 5_000, maxBodyBytes: 1024 * 1024, ...request };
  return askOnce(client(), whole, signal);
}

async function failure(work: Promise<unknown>): Promise<CachectlError> {
  const error: unknown = await work.then(
    () => new Error('it succeeded'),
    (reason: unknown) => reason,
  );
  if (error instanceof CachectlError) return error;
  throw error;
}

/** A server that does with each connection what a test says. */
async function rawServer(onConnection: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    onConnection(socket);
  });
  return listen(server, () => sockets.forEach((socket) => socket.destroy()));
}

async function listen(server: Server, beforeClose: () => void): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(async () => {
    beforeClose();
    await new Promise((resolve) => server.close(resolve));
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `127.0.0.1:${address.port}`;
}

async function origin(handlers: Parameters<typeof startOrigin>[0]): ReturnType<typeof startOrigin> {
  const started = await startOrigin(handlers);
  cleanups.push(() => started.stop());
  return started;
}

describe('the origin client', () => {
  it('gives status, headers in lower case and the exact bytes', async () => {
    const bytes = Buffer.from([0, 1, 255, 13, 10]);
    const { url } = await origin({ '/': answer(bytes, { status: 201, headers: { 'X-Thing': 'yes' } }) });
    const response = await get(`${url}/`);
    expect(response).toMatchObject({ status: 201, headers: { 'x-thing': 'yes' } });
    expect(response.body.equals(bytes)).toBe(true);
    expect(response.elapsedMs).toBeGreaterThan(0);
  });

  it('joins several values of a header with a comma', async () => {
    const { url } = await origin({
      '/': (_request, response) => {
        response.setHeader('vary', ['Accept', 'Cookie']);
        response.end('x');
      },
    });
    expect((await get(`${url}/`)).headers['vary']).toBe('Accept, Cookie');
  });

  it('skips informational answers', async () => {
    const { url } = await origin({
      '/': (_request, response) => {
        response.writeEarlyHints({ link: '</a.css>; rel=preload' });
        response.end('final');
      },
    });
    const response = await get(`${url}/`);
    expect([response.status, String(response.body)]).toEqual([200, 'final']);
  });

  it('keeps connections alive and reuses them', async () => {
    const server = await origin({ '*': answer('x') });
    const shared = client(2);
    for (let count = 0; count < 5; count++) {
      const request = { url: `${server.url}/`, headers: {}, timeoutMs: 5_000, maxBodyBytes: 100 };
      await askOnce(shared, request, never);
    }
    // A connection is free again only a moment after its answer: the next request may open a second one.
    expect(server.connections()).toBeLessThanOrEqual(2);
  });

  it('lets own headers replace the automatic ones, whatever their case', async () => {
    const server = await origin({ '*': answer('x') });
    await get(`${server.url}/`, { headers: { 'USER-AGENT': 'me', 'Accept-Encoding': 'br' } });
    expect(server.requests[0]?.headers).toMatchObject({
      'user-agent': 'me',
      'accept-encoding': 'br',
      accept: '*/*',
    });
  });

  it('calls a closed port refused', async () => {
    const port = await deadPort();
    const error = await failure(get(`http://127.0.0.1:${port}/secret-path?token=hush`));
    expect(error).toMatchObject({
      code: 'origin.refused',
      exitCode: 3,
      message: `the origin at 127.0.0.1:${port} refused the connection`,
    });
    expect(error.hint).toBeDefined();
  });

  it('calls a host name without an address a DNS failure', async () => {
    // Longer than a name may be (RFC 1035, 2.3.4): no server is asked for it, which might be slow to answer.
    const host = `${'x'.repeat(64)}.invalid`;
    const error = await failure(get(`http://${host}/`));
    expect(error).toMatchObject({
      code: 'origin.dns',
      message: `the host name in ${host} cannot be resolved`,
    });
  });

  it('gives up after the time limit where no answer comes, and closes the connection', async () => {
    let closed: Promise<void> | undefined;
    const { url, host } = await origin({
      '/': (_request, response) => {
        closed = new Promise((resolve) => response.on('close', resolve));
      },
    });
    const error = await failure(get(`${url}/`, { timeoutMs: 100 }));
    expect(error).toMatchObject({
      code: 'origin.timeout',
      message: `the origin at ${host} did not answer within 100 ms`,
    });
    await closed;
  });

  it('counts redirects and their targets into one time limit', async () => {
    const { url } = await origin({ '/': redirectTo('/slow'), '/slow': hang });
    expect(await failure(get(`${url}/`, { timeoutMs: 100 }))).toMatchObject({ code: 'origin.timeout' });
  });

  it('gives up after the time limit where the server takes the connection and stays silent', async () => {
    const host = await rawServer(() => undefined);
    expect(await failure(get(`http://${host}/`, { timeoutMs: 100 }))).toMatchObject({
      code: 'origin.timeout',
    });
  });

  it('calls a connection that is cut before or in the answer reset', async () => {
    const early = await rawServer((socket) => socket.once('data', () => socket.destroy()));
    expect(await failure(get(`http://${early}/`))).toMatchObject({ code: 'origin.reset' });
    const { url } = await origin({ '/': cutMidBody });
    expect(await failure(get(`${url}/`))).toMatchObject({ code: 'origin.reset' });
    const chunked = await rawServer((socket) =>
      socket.once('data', () =>
        socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n'),
      ),
    );
    expect(await failure(get(`http://${chunked}/`))).toMatchObject({ code: 'origin.reset' });
  });

  it('says where something else than HTTP answers, and shows none of it', async () => {
    const host = await rawServer((socket) => socket.end('\x1b[31m-ERR unknown\r\n'));
    const error = await failure(get(`http://${host}/`));
    expect(error).toMatchObject({
      code: 'origin.invalid',
      message: `what answers at ${host} does not speak HTTP/1.1 correctly`,
    });
  });

  it('cuts a body over the limit off, announced or not', async () => {
    const announced = await origin({ '/': answer('x', { headers: { 'content-length': '5000' } }) });
    expect(await failure(get(`${announced.url}/`, { maxBodyBytes: 4_999 }))).toMatchObject({
      code: 'origin.too-large',
    });
    const big = stream(2 * 1024 ** 3);
    const { url, host } = await origin({ '/': big.handler });
    const error = await failure(get(`${url}/`));
    expect(error).toMatchObject({
      code: 'origin.too-large',
      message: `the answer of the origin at ${host} is larger than 1 MB`,
    });
    await big.closed;
    expect(big.sent()).toBeLessThan(48 * 1024 ** 2);
  });

  it('takes a body of exactly the limit', async () => {
    const { url } = await origin({ '/': answer('12345') });
    expect(String((await get(`${url}/`, { maxBodyBytes: 5 })).body)).toBe('12345');
  });

  it('follows redirects on the origin and keeps the headers', async () => {
    const server = await origin({ '/a': redirectTo('b/c?d=1#e', 307), '/b/c': answer('arrived') });
    const response = await get(`${server.url}/a`, { headers: { authorization: 'Bearer x' } });
    expect(String(response.body)).toBe('arrived');
    expect(server.requests.map(({ url }) => url)).toEqual(['/a', '/b/c?d=1']);
    expect(server.requests[1]?.headers.authorization).toBe('Bearer x');
  });

  it('refuses redirects to another host, port or scheme, and to addresses that cannot be read', async () => {
    const port = await deadPort();
    const { url, host } = await origin({
      '/host': redirectTo('https://example.com/login?token=hush'),
      '/port': redirectTo(`http://127.0.0.1:${port}/x`),
      '/scheme': redirectTo('https://127.0.0.1/x'),
      '/network': redirectTo('//example.com/x'),
      '/broken': redirectTo('http://[/'),
    });
    const messages = await Promise.all(
      ['host', 'port', 'scheme', 'network', 'broken'].map(async (name) => {
        const error = await failure(get(`${url}/${name}`));
        expect(error.code).toBe('origin.redirect');
        return error.message.replace(`the origin at ${host} redirects to `, '');
      }),
    );
    expect(messages).toEqual([
      'another host, example.com',
      `http://127.0.0.1:${port}`,
      'https://127.0.0.1',
      'another host, example.com',
      'a broken address',
    ]);
  });

  it('gives a redirect without a place to go as it is', async () => {
    const { url } = await origin({
      '/': answer('choose', { status: 300 }),
      '/no-location': answer('x', { status: 302 }),
    });
    expect((await get(`${url}/`)).status).toBe(300);
    expect((await get(`${url}/no-location`)).status).toBe(302);
  });

  it('says why TLS fails: a server without it, and a certificate that nobody vouches for', async () => {
    const { host } = await origin({ '*': answer('x') });
    expect(await failure(get(`https://${host}/`))).toMatchObject({
      code: 'origin.tls',
      message: `the origin at ${host} does not speak TLS`,
      hint: 'use http:// instead of https://',
    });
    const tls = createTlsServer(await createAuthority(), (_request, response) => response.end('x'));
    const tlsHost = await listen(tls, () => tls.closeAllConnections());
    expect(await failure(get(`https://${tlsHost}/`))).toMatchObject({
      code: 'origin.tls',
      message: `the certificate of the origin at ${tlsHost} cannot be verified (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    });
  });

  it('fails with the reason of the abort and closes the connection', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    let closed: Promise<void> | undefined;
    const { url } = await origin({
      '/': (_request, response) => {
        closed = new Promise((resolve) => response.on('close', resolve));
        abort.abort(reason);
      },
    });
    await expect(get(`${url}/`, {}, abort.signal)).rejects.toBe(reason);
    await closed;
    await expect(get(`${url}/`, {}, abort.signal)).rejects.toBe(reason);
  });

  it('aborts requests that still wait for a connection', async () => {
    const abort = new AbortController();
    const server = await origin({ '*': () => abort.abort(new Error('enough')) });
    const shared = client(1);
    const request = { url: `${server.url}/`, headers: {}, timeoutMs: 5_000, maxBodyBytes: 100 };
    const all = await Promise.allSettled([1, 2, 3].map(() => askOnce(shared, request, abort.signal)));
    expect(all.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
    expect(server.requests).toHaveLength(1);
  });

  it('says that a request cannot be sent without showing its headers', async () => {
    const { url } = await origin({ '*': answer('x') });
    const error = await failure(get(`${url}/`, { headers: { authorization: 'hush\nhush' } }));
    expect(error).toMatchObject({ code: 'origin.request', exitCode: 2 });
    expect(`${error.message} ${error.hint}`).not.toContain('hush');
  });
});
