import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { startGuarded } from '../../src/local-server/guarded-process.ts';
import { ensurePackages } from './packages.ts';

/** examples/django, running. */
export interface DjangoApp {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Requests a path and gives the answer's text. @throws for anything but a 200 */
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** The system's own Python: the one that the packages of Django are for. */
export function systemPython(): string {
  return execFileSync('/bin/sh', ['-c', 'command -pv python3'], { encoding: 'utf8' }).trim();
}

/** Starts the example on a free port, with its caches in this Redis; call `stop` in afterAll. */
export async function startDjango(redisUrl: string): Promise<DjangoApp> {
  ensurePackages(['python3-django', 'python3-django-redis', 'python3-msgpack']);
  const serve = fileURLToPath(new URL('../../examples/django/serve.py', import.meta.url));
  const server = await startGuarded(
    ['/usr/bin/env', `REDIS_URL=${redisUrl}/0`, systemPython(), serve, '0'],
    '',
  );
  const url = await server.waitForLine((line) => /^http:\/\/\S+$/.exec(line)?.[0]);
  return {
    url,
    get: async (path, headers = {}) => {
      const response = await fetch(url + path, { headers });
      if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      return response.text();
    },
    stop: server.stop,
  };
}
