import { readFile } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import * as nodeTls from 'node:tls';
import { UsageError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { escapeText } from '../keys/printable.ts';
import type { TlsSettings } from './tls-settings.ts';
import type { TcpAddress } from './url.ts';

/** The files of {@link TlsSettings}, read. */
export interface TlsMaterial {
  readonly ca: readonly string[] | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  readonly serverName: string | undefined;
  readonly verify: boolean;
}

/** Where Linux distributions and others keep the system's authorities in one file. */
const SYSTEM_BUNDLES = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * Reads the files.
 * @throws UsageError naming the file that cannot be read, or a certificate without its key
 */
export async function loadTls(
  settings: TlsSettings,
  env: Readonly<Record<string, string | undefined>>,
): Promise<TlsMaterial> {
  if ((settings.certFile === undefined) !== (settings.keyFile === undefined)) {
    throw new UsageError('a client certificate for TLS needs both, the certificate and its key');
  }
  const cert =
    settings.certFile === undefined
      ? undefined
      : await readPem(settings.certFile, 'client certificate', 'CERTIFICATE');
  const key =
    settings.keyFile === undefined ? undefined : await readPem(settings.keyFile, 'client key', 'PRIVATE KEY');
  if (cert !== undefined && key !== undefined) checkPair(cert, key, settings);
  return {
    ca:
      settings.caFile === undefined
        ? await systemAuthorities(env)
        : [await readPem(settings.caFile, 'CA certificate', 'CERTIFICATE')],
    cert,
    key,
    serverName: settings.serverName,
    verify: settings.verify,
  };
}

function checkPair(cert: string, key: string, { certFile, keyFile }: TlsSettings): void {
  try {
    nodeTls.createSecureContext({ cert, key });
  } catch {
    throw new UsageError(
      `the client certificate ${certFile ?? ''} and the key ${keyFile ?? ''} do not belong together`,
      { hint: 'the key must be the one that the certificate was made for, and not be encrypted' },
    );
  }
}

/** Node trusts a list of its own and not the system's, where companies put their authorities: both count. */
async function systemAuthorities(
  env: Readonly<Record<string, string | undefined>>,
): Promise<readonly string[] | undefined> {
  const named = env['SSL_CERT_FILE'];
  for (const file of named === undefined || named === '' ? SYSTEM_BUNDLES : [named]) {
    try {
      return [...nodeTls.rootCertificates, await readFile(file, 'utf8')];
    } catch {
      continue;
    }
  }
  return undefined;
}

async function readPem(file: string, what: string, label: 'CERTIFICATE' | 'PRIVATE KEY'): Promise<string> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`the ${what} ${escapeText(file)} cannot be read: ${fileCause(error, 'read')}`);
  }
  if (new RegExp(`-----BEGIN [A-Z0-9 ]*${label}-----`).test(text)) return text;
  throw new UsageError(`the ${what} ${file} holds no ${label.toLowerCase()} in PEM form`);
}

/** What node:tls takes, for one host. RFC 6066 allows no IP address as server name. */
export function tlsOptions(material: TlsMaterial, host: string): nodeTls.ConnectionOptions {
  const serverName = material.serverName ?? (isIP(host) === 0 ? host : undefined);
  return {
    rejectUnauthorized: material.verify,
    ...(material.ca === undefined ? {} : { ca: [...material.ca] }),
    ...(material.cert === undefined ? {} : { cert: material.cert }),
    ...(material.key === undefined ? {} : { key: material.key }),
    ...(serverName === undefined ? {} : { servername: serverName }),
  };
}

/** Begins a TLS connection; it says so with `secureConnect`. */
export function connectTls(address: TcpAddress, material: TlsMaterial): Socket {
  return nodeTls.connect({ ...address, ...tlsOptions(material, address.host) });
}
