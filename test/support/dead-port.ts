import { freePort } from '../../src/local-server/start-redis.ts';

/**
 * A port on which nobody listens, and nobody will: other tests look for theirs elsewhere. For what must not be
 * reached, and for servers that end in the middle of a test.
 */
export function deadPort(): Promise<number> {
  return freePort({ first: 7_000, last: 10_000 });
}
