import { CachectlError } from '../cli/errors.ts';
import type { Clock } from '../host.ts';
import { ConcurrencyControl } from './aimd.ts';
import { HostGate } from './host-gate.ts';
import { Pacer } from './pacer.ts';
import { isAskedToWait, LONGEST_RETRY_AFTER_MS, parseRetryAfterMs } from './retry.ts';
import type { OriginClient, OriginRequest, OriginResponse } from './types.ts';

/** How gently a client goes about the origin. */
export interface GentleOptions {
  /** The most requests under way on one host. */
  readonly concurrencyPerHost: number;
  /** The most requests a second, all hosts together. */
  readonly ratePerSecond: number | undefined;
  /** Find the concurrency that each host takes without growing slow. */
  readonly adaptive: boolean;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/** What one host was given, for reports. */
export interface HostLoad {
  /** `host:port`. */
  readonly host: string;
  readonly requests: number;
  readonly control: ConcurrencyControl;
  /** How often everything waited because the host had asked for it. */
  readonly pauses: number;
}

/** An origin client that keeps to limits, and knows what it did. */
export interface GentleClient extends OriginClient {
  readonly loads: () => readonly HostLoad[];
}

interface Host {
  requests: number;
  pauses: number;
  /** Pauses in a row, for the next one where the host does not say how long. */
  asked: number;
  readonly control: ConcurrencyControl;
  readonly gate: HostGate;
}

const FIRST_PAUSE_MS = 200;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Puts limits around a client: requests a second, requests at once on each host, and a pause for the whole
 * host as soon as one answer asks for it. Requests that each wait for themselves would all come back at once.
 */
export function gentleClient(inner: OriginClient, options: GentleOptions): GentleClient {
  const { clock } = options;
  const hosts = new Map<string, Host>();
  const pacer = options.ratePerSecond === undefined ? undefined : new Pacer(options.ratePerSecond, clock);

  const hostOf = (url: string): Host => {
    const start = url.indexOf('//') + 2;
    const end = url.indexOf('/', start);
    const name = url.slice(start, end === -1 ? undefined : end);
    const known = hosts.get(name);
    if (known !== undefined) return known;
    const control = new ConcurrencyControl(options.concurrencyPerHost, options.adaptive);
    const host = { requests: 0, pauses: 0, asked: 0, control, gate: new HostGate(control, clock) };
    hosts.set(name, host);
    return host;
  };

  const learn = (host: Host, startedAtMs: number, result: OriginResponse | CachectlError): void => {
    const endedAtMs = clock.monotonicMs();
    const sample = { elapsedMs: endedAtMs - startedAtMs, startedAtMs, endedAtMs };
    const askedToWait = !(result instanceof CachectlError) && isAskedToWait(result);
    const busy =
      result instanceof CachectlError
        ? result.code === 'origin.timeout'
        : askedToWait || (options.adaptive && result.status === 503);
    host.control.record({ ...sample, kind: busy ? 'busy' : 'ok' });
    if (!askedToWait) {
      host.asked = 0;
      return;
    }
    const header = result.headers['retry-after'];
    const saidMs = header === undefined ? undefined : parseRetryAfterMs(header, clock.now());
    // The others that were under way say the same as the first: one pause, not a longer one for each.
    if (saidMs === undefined && host.gate.isPaused()) return;
    host.asked++;
    const ceilingMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(10, host.asked - 1));
    // Beyond the longest wait the target fails; the others are not held back for minutes.
    const pauseMs = Math.min(LONGEST_RETRY_AFTER_MS, saidMs ?? ceilingMs * (0.5 + options.random() / 2));
    if (host.gate.pauseUntil(endedAtMs + pauseMs)) host.pauses++;
  };

  const send = (host: Host, request: OriginRequest, signal: AbortSignal): Promise<OriginResponse> => {
    host.requests++;
    const startedAtMs = clock.monotonicMs();
    return inner.get(request, signal).then(
      (response) => {
        learn(host, startedAtMs, response);
        host.gate.leave();
        return response;
      },
      (error: unknown) => {
        if (error instanceof CachectlError) learn(host, startedAtMs, error);
        host.gate.leave();
        throw error;
      },
    );
  };

  const sendInTurn = async (
    host: Host,
    turn: Promise<void> | undefined,
    request: OriginRequest,
    signal: AbortSignal,
  ): Promise<OriginResponse> => {
    await turn;
    try {
      await pacer?.next(signal);
      signal.throwIfAborted();
    } catch (error) {
      host.gate.leave();
      throw error;
    }
    return send(host, request, signal);
  };

  const get = (request: OriginRequest, signal: AbortSignal): Promise<OriginResponse> => {
    const host = hostOf(request.url);
    const turn = host.gate.enter(signal);
    // Most requests have to wait for nothing: one promise less, many thousands of times a second.
    return turn === undefined && pacer === undefined
      ? send(host, request, signal)
      : sendInTurn(host, turn, request, signal);
  };
  return {
    get,
    close: () => inner.close(),
    loads: () =>
      Array.from(hosts, ([host, { requests, control, pauses }]) => ({ host, requests, control, pauses })),
  };
}
