import { CachectlError } from '../cli/errors.ts';
import type { Clock } from '../host.ts';
import { ConcurrencyControl } from './aimd.ts';
import { HostGate } from './host-gate.ts';
import { Pacer } from './pacer.ts';
import { isAskedToWait, LONGEST_RETRY_AFTER_MS, parseRetryAfterMs } from './retry.ts';
import type { Asker, OriginClient, OriginRequest, OriginResponse } from './types.ts';

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

/** What an answer, or a failure, says about its host. */
type Learn = (host: Host, startedAtMs: number, result: OriginResponse | CachectlError) => void;

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

  // Nearly always the host of the request before: no part of the URL is copied to look it up.
  let last: { readonly root: string; readonly host: Host } | undefined;

  const hostOf = (url: string): Host => {
    if (last !== undefined && url.startsWith(last.root)) return last.host;
    const start = url.indexOf('//') + 2;
    const end = url.indexOf('/', start);
    const name = url.slice(start, end === -1 ? undefined : end);
    let host = hosts.get(name);
    if (host === undefined) {
      const control = new ConcurrencyControl(options.concurrencyPerHost, options.adaptive);
      host = { requests: 0, pauses: 0, asked: 0, control, gate: new HostGate(control, clock) };
      hosts.set(name, host);
    }
    if (end !== -1) last = { root: url.slice(0, end + 1), host };
    return host;
  };

  const learn: Learn = (host, startedAtMs, result) => {
    const endedAtMs = clock.monotonicMs();
    const elapsedMs = endedAtMs - startedAtMs;
    const askedToWait = !(result instanceof CachectlError) && isAskedToWait(result);
    const busy =
      result instanceof CachectlError
        ? result.code === 'origin.timeout'
        : askedToWait || (options.adaptive && result.status === 503);
    host.control.record({ elapsedMs, startedAtMs, endedAtMs, kind: busy ? 'busy' : 'ok' });
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

  const send = (host: Host, request: OriginRequest, signal: AbortSignal, asker: Asker): void => {
    host.requests++;
    inner.ask(request, signal, new GentleAsker(host, clock.monotonicMs(), learn, asker));
  };

  const sendInTurn = async (
    host: Host,
    turn: Promise<void> | undefined,
    request: OriginRequest,
    signal: AbortSignal,
    asker: Asker,
  ): Promise<void> => {
    try {
      await turn;
    } catch (error) {
      asker.failed(error);
      return;
    }
    try {
      await pacer?.next(signal);
      signal.throwIfAborted();
    } catch (error) {
      host.gate.leave();
      asker.failed(error);
      return;
    }
    send(host, request, signal, asker);
  };

  return {
    ask: (request, signal, asker) => {
      const host = hostOf(request.url);
      const turn = host.gate.enter(signal);
      // Most requests have to wait for nothing: no promise, many thousands of times a second.
      if (turn === undefined && pacer === undefined) send(host, request, signal, asker);
      else void sendInTurn(host, turn, request, signal, asker);
    },
    close: () => inner.close(),
    loads: () =>
      Array.from(hosts, ([host, { requests, control, pauses }]) => ({ host, requests, control, pauses })),
  };
}

/** Learns from an answer before whoever asked for it has it. */
class GentleAsker implements Asker {
  readonly #host: Host;
  readonly #startedAtMs: number;
  readonly #learn: Learn;
  readonly #asker: Asker;

  constructor(host: Host, startedAtMs: number, learn: Learn, asker: Asker) {
    this.#host = host;
    this.#startedAtMs = startedAtMs;
    this.#learn = learn;
    this.#asker = asker;
  }

  answered(response: OriginResponse): void {
    this.#learn(this.#host, this.#startedAtMs, response);
    this.#host.gate.leave();
    this.#asker.answered(response);
  }

  failed(error: unknown): void {
    if (error instanceof CachectlError) this.#learn(this.#host, this.#startedAtMs, error);
    this.#host.gate.leave();
    this.#asker.failed(error);
  }
}
