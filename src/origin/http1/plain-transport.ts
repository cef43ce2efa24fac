import { PlainPool } from './plain-pool.ts';
import { plainPlace, type PlainPlace } from './plain-request.ts';

/** Connections of our own to one origin. */
export interface PlainRoute {
  readonly place: PlainPlace;
  readonly pool: PlainPool;
}

/** Connections of our own, origin by origin. */
export class PlainTransport {
  readonly #connections: number;
  readonly #connectTimeoutMs: number | undefined;
  readonly #routes = new Map<string, PlainRoute | undefined>();

  /** @param connections the most of them to one origin */
  constructor(connections: number, connectTimeoutMs: number | undefined) {
    this.#connections = connections;
    this.#connectTimeoutMs = connectTimeoutMs;
  }

  /** @param origin `scheme://host:port`; `undefined` where there is more to it than that */
  routeTo(origin: string): PlainRoute | undefined {
    const known = this.#routes.get(origin);
    if (known !== undefined || this.#routes.has(origin)) return known;
    const place = plainPlace(origin);
    const route = place && { place, pool: new PlainPool(place, this.#connections, this.#connectTimeoutMs) };
    this.#routes.set(origin, route);
    return route;
  }

  close(): void {
    for (const route of this.#routes.values()) route?.pool.close();
    this.#routes.clear();
  }
}
