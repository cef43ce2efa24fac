import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { freePort } from '../../src/local-server/start-redis.ts';
import { createAuthority, type CertificateRequest } from './certificates.ts';
import { startTestRedis, type TestRedis } from './redis.ts';

/** A server that speaks TLS on one port and, for the test's own connection, plainly on another. */
export interface TlsRedis {
  readonly redis: TestRedis;
  readonly tlsPort: number;
  /** PEM files: of the authority, and of a client certificate that it signed. */
  readonly files: {
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
    readonly otherCa: string;
  };
  readonly stop: () => Promise<void>;
}

/** Starts one; its certificate is for 127.0.0.1 and localhost unless something else is asked for. */
export async function startTlsRedis(
  certificate: Partial<CertificateRequest> = {},
  args: readonly string[] = [],
  credentials: { readonly password?: string } = {},
): Promise<TlsRedis> {
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-tls-'));
  const authority = await createAuthority();
  const server = await authority.issue({
    commonName: 'cachectl test server',
    names: ['127.0.0.1', 'localhost'],
    ...certificate,
  });
  const client = await authority.issue({ commonName: 'cachectl test client' });
  const file = async (name: string, content: string): Promise<string> => {
    const full = path.join(folder, name);
    await writeFile(full, content);
    return full;
  };
  const files = {
    ca: await file('ca.pem', authority.cert),
    cert: await file('client.pem', client.cert),
    key: await file('client-key.pem', client.key),
    otherCa: await file('other-ca.pem', (await createAuthority('somebody else')).cert),
  };
  const own = [
    ...['--tls-cert-file', await file('server.pem', server.cert)],
    ...['--tls-key-file', await file('server-key.pem', server.key)],
    ...['--tls-auth-clients', 'no', '--tls-ca-cert-file', files.ca, ...args],
  ];
  let tlsPort = 0;
  const redis = await startTestRedis(async () => {
    tlsPort = await freePort();
    return ['--tls-port', String(tlsPort), ...own];
  }, credentials);
  return {
    redis,
    tlsPort,
    files,
    stop: async () => {
      await redis.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
