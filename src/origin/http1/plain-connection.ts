import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { AnswerHead } from './answer-head.ts';
import { AnswerParser, type AnswerObserver } from './answer-parser.ts';
import { HttpError } from './http-error.ts';
import type { PlainPlace } from './plain-request.ts';

/** One request and who waits for its answer. What its observer throws ends it, and the connection with it. */
export interface PlainExchange extends AnswerObserver {
  /** The whole request, as Latin-1. */
  readonly text: string;
  /** `false`: nobody wants the body, and `onAnswer` gets an empty one. */
  readonly keepsBody?: boolean;
  readonly onAnswer: (head: AnswerHead, body: Buffer) => void;
  readonly onFailure: (error: unknown) => void;
}

/** Who owns a connection. */
export interface ConnectionOwner {
  /** It has been opened; it is ready next. */
  readonly onOpen: () => void;
  /** It can take a request: newly opened, or after an answer. */
  readonly onReady: (connection: PlainConnection) => void;
  /** It is closed, whether it was ever open or not; what it was working on has been told. */
  readonly onGone: (connection: PlainConnection, error: unknown) => void;
  readonly onSession: (session: Buffer) => void;
}

/** How a connection is opened. */
export interface ConnectionOptions {
  readonly place: PlainPlace;
  readonly connectTimeoutMs: number | undefined;
  /** Of an earlier TLS connection to the same place. */
  readonly session: Buffer | undefined;
}

/** An answer of 2 KB comes in one read; more takes a few. */
const READ_BYTES = 16 * 1024;

/** One connection that carries one request at a time. */
export class PlainConnection {
  readonly #owner: ConnectionOwner;
  readonly #socket: Socket;
  readonly #parser = new AnswerParser();
  #exchange: PlainExchange | undefined;
  #isOpen = false;
  #isGone = false;
  #usableUntilMs = Number.POSITIVE_INFINITY;
  #connectTimer: NodeJS.Timeout | undefined;

  constructor(options: ConnectionOptions, owner: ConnectionOwner) {
    this.#owner = owner;
    const { place, connectTimeoutMs } = options;
    this.#socket = place.secure ? this.#openTls(options) : this.#openPlain(place);
    this.#socket.setNoDelay(true);
    this.#socket.on('error', (error) => this.#end(error));
    this.#socket.on('end', () => this.#onEnd());
    this.#socket.on('close', () => this.#end(cut()));
    this.#socket.once(place.secure ? 'secureConnect' : 'connect', () => {
      clearTimeout(this.#connectTimer);
      this.#isOpen = true;
      this.#owner.onOpen();
      this.#owner.onReady(this);
    });
    if (connectTimeoutMs === undefined) return;
    this.#connectTimer = setTimeout(
      () => this.#end(new HttpError('HTTP_CONNECT_TIMEOUT', 'no connection in time')),
      connectTimeoutMs,
    );
  }

  /** Whether it was opened at all. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether another request may be sent: the server may be about to close what was idle for long. */
  isUsable(nowMs: number): boolean {
    return this.#isOpen && !this.#isGone && nowMs < this.#usableUntilMs;
  }

  /** Whether it is this request that it works on. */
  carries(exchange: PlainExchange): boolean {
    return this.#exchange === exchange;
  }

  send(exchange: PlainExchange): void {
    this.#exchange = exchange;
    this.#parser.begin(exchange.keepsBody);
    this.#socket.write(exchange.text, 'latin1');
  }

  /** Closes it; what it was working on is told nothing. */
  drop(): void {
    this.#exchange = undefined;
    this.#end(undefined);
  }

  #openPlain({ hostname, port }: PlainPlace): Socket {
    // One buffer for all that is read, instead of 64 KB anew for each piece.
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    const callback = (size: number): boolean => {
      this.#receive(buffer, size);
      return true;
    };
    return connect({ host: hostname, port, onread: { buffer, callback } });
  }

  #openTls({ place: { hostname, port }, session }: ConnectionOptions): Socket {
    const socket = connectTls({
      host: hostname,
      port,
      ALPNProtocols: ['http/1.1'],
      ...(isIP(hostname) === 0 && { servername: hostname }),
      ...(session && { session }),
    });
    socket.on('session', (fresh) => this.#owner.onSession(fresh));
    socket.on('data', (chunk: Buffer) => this.#receive(chunk, chunk.length));
    return socket;
  }

  #receive(bytes: Buffer, size: number): void {
    const exchange = this.#exchange;
    if (this.#isGone) return;
    // Nobody asked for anything: what comes now would be taken for the next answer.
    if (exchange === undefined) {
      this.#end(undefined);
      return;
    }
    try {
      const stopped = this.#parser.push(bytes, 0, size, exchange);
      if (this.#parser.isDone) this.#finish(exchange, stopped === size);
    } catch (error) {
      this.#end(error);
    }
  }

  #finish(exchange: PlainExchange, isClean: boolean): void {
    const { head } = this.#parser;
    if (head === undefined) return;
    this.#exchange = undefined;
    const body = this.#parser.takeBody();
    if (isClean && head.keepsAlive) {
      this.#usableUntilMs = performance.now() + head.idleMs;
      this.#owner.onReady(this);
    } else this.#end(undefined);
    exchange.onAnswer(head, body);
  }

  #onEnd(): void {
    const exchange = this.#exchange;
    if (exchange !== undefined && this.#parser.finish()) this.#finish(exchange, false);
    else this.#end(cut());
  }

  #end(error: unknown): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#connectTimer);
    this.#socket.destroy();
    const exchange = this.#exchange;
    this.#exchange = undefined;
    exchange?.onFailure(error ?? cut());
    this.#owner.onGone(this, error);
  }
}

function cut(): HttpError {
  return new HttpError('HTTP_CUT', 'the connection ended');
}
