import { fileURLToPath } from 'node:url';
import { startGuarded } from '../../src/local-server/guarded-process.ts';
import { ensurePackages, systemPython } from './ensure-packages.ts';

/** examples/django, running. */
export interface DjangoApp {
  /** `http://127.0.0.1:port`. */
  readonly url: string;
  /** Requests a path and gives the answer's text. @throws for anything but a 200 */
  readonly get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<string>;
  readonly stop: () => Promise<void>;
}

/** Starts the example on a free port, with its caches in this Redis; call `stop` in afterAll. */
export async function startDjango(redisUrl: string): Promise<DjangoApp> {
  await ensurePackages(['python3-django', 'python3-django-redis', 'python3-msgpack']);
  const serve = fileURLToPath(new URL('../../examples/django/serve.py', import.meta.url));
  const server = await startGuarded(
    ['/usr/bin/env', `REDIS_URL=${redisUrl}/0`, await systemPython(), serve, '0'],
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
