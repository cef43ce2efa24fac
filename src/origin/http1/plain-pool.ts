import { HttpError } from './http-error.ts';
import { PlainConnection, type ConnectionOwner, type PlainExchange } from './plain-connection.ts';
import type { PlainPlace } from './plain-request.ts';

/** Connections to one origin, opened when they are needed and kept until they are closed. */
export class PlainPool {
  readonly #place: PlainPlace;
  readonly #most: number;
  readonly #connectTimeoutMs: number | undefined;
  readonly #owner: ConnectionOwner;
  readonly #connections = new Set<PlainConnection>();
  readonly #idle: PlainConnection[] = [];
  readonly #waiting = new Set<PlainExchange>();
  #opening = 0;
  #session: Buffer | undefined;
  #isClosed = false;

  /** @param most the most connections */
  constructor(place: PlainPlace, most: number, connectTimeoutMs: number | undefined) {
    this.#place = place;
    this.#most = most;
    this.#connectTimeoutMs = connectTimeoutMs;
    this.#owner = {
      onOpen: () => void this.#opening--,
      onReady: (connection) => this.#onReady(connection),
      onGone: (connection, error) => this.#onGone(connection, error),
      onSession: (session) => (this.#session = session),
    };
  }

  /** Sends a request as soon as there is a connection for it. */
  send(exchange: PlainExchange): void {
    if (this.#isClosed) {
      exchange.onFailure(closed());
      return;
    }
    const connection = this.#takeIdle();
    if (connection !== undefined) {
      connection.send(exchange);
      return;
    }
    this.#waiting.add(exchange);
    this.#open();
  }

  /** Forgets a request, and closes the connection that it is on: the rest of the answer is still to come. */
  cancel(exchange: PlainExchange): void {
    if (this.#waiting.delete(exchange)) return;
    // Cancelling is rare: a look at each connection then costs less than a note of each request.
    for (const connection of this.#connections) {
      if (!connection.carries(exchange)) continue;
      connection.drop();
      return;
    }
  }

  close(): void {
    this.#isClosed = true;
    for (const exchange of [...this.#waiting]) exchange.onFailure(closed());
    this.#waiting.clear();
    for (const connection of [...this.#connections]) connection.drop();
  }

  #takeIdle(): PlainConnection | undefined {
    for (;;) {
      const connection = this.#idle.pop();
      if (connection === undefined || connection.isUsable(performance.now())) return connection;
      connection.drop();
    }
  }

  #open(): void {
    while (this.#opening < this.#waiting.size && this.#connections.size < this.#most) {
      this.#opening++;
      const options = {
        place: this.#place,
        connectTimeoutMs: this.#connectTimeoutMs,
        session: this.#session,
      };
      this.#connections.add(new PlainConnection(options, this.#owner));
    }
  }

  #onReady(connection: PlainConnection): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#idle.push(connection);
      return;
    }
    this.#waiting.delete(next);
    connection.send(next);
  }

  #onGone(connection: PlainConnection, error: unknown): void {
    if (!this.#connections.delete(connection)) return;
    const idle = this.#idle.indexOf(connection);
    if (idle !== -1) this.#idle.splice(idle, 1);
    if (!connection.isOpen) {
      this.#opening--;
      const [first] = this.#waiting;
      // One request for each attempt: those behind it get attempts of their own.
      if (first !== undefined) {
        this.#waiting.delete(first);
        first.onFailure(error ?? closed());
      }
    }
    if (!this.#isClosed) this.#open();
  }
}

function closed(): HttpError {
  return new HttpError('HTTP_CUT', 'the client was closed');
}
