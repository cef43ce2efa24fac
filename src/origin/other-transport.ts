import { Pool } from 'undici';
import { Exchange, type ExchangeRequest } from './undici-exchange.ts';
import type { Answer } from './types.ts';

/** Requests that are out of the ordinary: undici knows what can be sent, and says what cannot. */
export class OtherTransport {
  readonly #pools = new Map<string, Pool>();
  readonly #options: Pool.Options;

  /** @param connections the most of them to one origin */
  constructor(connections: number, connectTimeoutMs: number | undefined) {
    this.#options = {
      connections,
      pipelining: 1,
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(connectTimeoutMs === undefined ? {} : { connect: { timeout: connectTimeoutMs } }),
    };
  }

  /** Sends a request; rejects with the cause as undici gives it, or with what it was cancelled with. */
  send(origin: string, request: ExchangeRequest, onStart: (exchange: Exchange) => void): Promise<Answer> {
    let pool = this.#pools.get(origin);
    if (pool === undefined) {
      pool = new Pool(origin, this.#options);
      this.#pools.set(origin, pool);
    }
    return Exchange.send(pool, request, onStart);
  }

  async close(): Promise<void> {
    // Everything that was asked for has been answered or given up: nothing is worth waiting for.
    await Promise.all(Array.from(this.#pools.values(), (pool) => pool.destroy()));
    this.#pools.clear();
  }
}
