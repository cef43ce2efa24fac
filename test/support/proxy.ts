import { connect, createServer, type Socket } from 'node:net';

/**
 * What a proxy does with one piece of what the client sends.
 * `pass`: hands it on. `cut`: ends the connection instead. `cut-reply`: hands it on, and ends the connection
 * in the middle of the reply. `hang`: hands on neither it nor anything after it.
 */
export type Verdict = 'pass' | 'cut' | 'cut-reply' | 'hang';

/** How a proxy misbehaves; every part may be changed while it runs. */
export interface ProxyRules {
  /** Added in each direction: a round trip takes twice as long. */
  delayMs: number;
  /** New connections are closed at once. */
  refusing: boolean;
  /** What the server gets instead of what the client sent. */
  rewrite: (request: string) => string;
  /** What the client gets instead of what the server answered. */
  rewriteReply: (reply: string) => string;
  judge: (request: string) => Verdict;
}

/** A TCP proxy between cachectl and a real server. */
export interface Proxy {
  /** `host:port` where it listens. */
  readonly address: string;
  readonly port: number;
  readonly rules: ProxyRules;
  /** Connections that were opened so far. */
  readonly connections: () => number;
  readonly stop: () => Promise<void>;
}

/** Starts a proxy on a free port, which at first only hands on. */
export async function startProxy(
  upstream: { readonly port: number; readonly host?: string },
  changes: Partial<ProxyRules> = {},
  listenAt = '127.0.0.1',
): Promise<Proxy> {
  const rules: ProxyRules = {
    delayMs: 0,
    refusing: false,
    rewrite: (request) => request,
    rewriteReply: (reply) => reply,
    judge: () => 'pass',
    ...changes,
  };
  const sockets = new Set<Socket>();
  let connections = 0;
  const server = createServer((client) => {
    connections++;
    if (rules.refusing) {
      client.destroy();
      return;
    }
    const target = connect({ port: upstream.port, host: upstream.host ?? '127.0.0.1' });
    for (const socket of [client, target]) {
      sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        target.destroy();
      });
    }
    relay(client, target, rules);
  });
  await new Promise<void>((resolve) => server.listen(0, listenAt, resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    address: `${listenAt}:${address.port}`,
    port: address.port,
    rules,
    connections: () => connections,
    stop: () =>
      new Promise((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  };
}

function relay(client: Socket, target: Socket, rules: ProxyRules): void {
  let hanging = false;
  let cutNextReply = false;
  const later = (send: () => void): void => {
    if (rules.delayMs === 0) send();
    else setTimeout(send, rules.delayMs);
  };
  client.on('data', (chunk) => {
    const request = chunk.toString('latin1');
    const verdict = hanging ? 'hang' : rules.judge(request);
    hanging = verdict === 'hang';
    if (hanging) return;
    if (verdict === 'cut') {
      client.destroy();
      return;
    }
    cutNextReply ||= verdict === 'cut-reply';
    later(() => target.write(Buffer.from(rules.rewrite(request), 'latin1')));
  });
  target.on('data', (chunk) => {
    const reply = Buffer.from(rules.rewriteReply(chunk.toString('latin1')), 'latin1');
    later(() => {
      if (!cutNextReply) client.write(reply);
      else client.write(reply.subarray(0, Math.ceil(reply.length / 2)), () => client.destroy());
    });
  });
}

/** Judges each piece that has this command in it, so many times; everything else passes. */
export function onCommand(
  name: string,
  verdict: Verdict,
  times = Number.POSITIVE_INFINITY,
): ProxyRules['judge'] {
  const words = new RegExp(`\\$${name.length}\\r\\n${name}\\r\\n`, 'i');
  let left = times;
  return (request) => (words.test(request) && left-- > 0 ? verdict : 'pass');
}

/** Makes HELLO unknown, as it is to servers before 6 and to proxies that speak only RESP2. */
export const WITHOUT_HELLO: Pick<ProxyRules, 'rewrite' | 'rewriteReply'> = {
  rewrite: (request) => request.replace(/\$5\r\nhello\r\n/gi, '$5\r\nHELLX\r\n'),
  rewriteReply: (reply) => reply.replace("unknown command 'HELLX'", "unknown command 'HELLO'"),
};
