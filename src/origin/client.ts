import { AbortHub } from './abort-hub.ts';
import { Deadlines } from './http1/deadlines.ts';
import { PlainTransport } from './http1/plain-transport.ts';
import { OriginCall, type CallParts } from './origin-call.ts';
import type { OtherTransport } from './other-transport.ts';
import type { OriginClient } from './types.ts';

/** How much of the origin one client takes. */
export interface OriginClientOptions {
  /** The most connections to one origin; each carries one request at a time. */
  readonly connections: number;
  /** Of opening one connection, TLS included; only the whole request is limited where absent. */
  readonly connectTimeoutMs?: number | undefined;
  /** `host` or `host:port`, in lower case, that redirects may lead to besides the origin itself. */
  readonly allowedHosts?: readonly string[] | undefined;
}

/** Opens connections only when they are needed, and keeps them until `close`. */
export function createOriginClient(options: OriginClientOptions): OriginClient {
  const { connections, connectTimeoutMs } = options;
  let other: Promise<OtherTransport> | undefined;
  const parts: CallParts = {
    plain: new PlainTransport(connections, connectTimeoutMs),
    other: () => (other ??= openOther(connections, connectTimeoutMs)),
    deadlines: new Deadlines(),
    aborts: new AbortHub(),
    allowedHosts: new Set(options.allowedHosts ?? []),
  };
  return {
    ask: (request, signal, asker) => {
      if (signal.aborted) asker.failed(signal.reason);
      else new OriginCall(request, signal, parts, asker).start();
    },
    close: async () => {
      parts.plain.close();
      parts.deadlines.close();
      await (await other)?.close();
    },
  };
}

async function openOther(connections: number, connectTimeoutMs: number | undefined): Promise<OtherTransport> {
  const { OtherTransport } = await import('./other-transport.ts');
  return new OtherTransport(connections, connectTimeoutMs);
}
