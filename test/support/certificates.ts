import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto as unknown as Parameters<typeof x509.cryptoProvider.set>[0]);

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;

/** A certificate and its private key, as PEM. */
export interface Credential {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface CertificateRequest {
  readonly commonName: string;
  /** Host names and IP addresses that it is good for. */
  readonly names?: readonly string[];
  /** Ended yesterday. */
  readonly expired?: boolean;
}

/** A certificate authority of the test's own. */
export interface Authority extends Credential {
  readonly issue: (request: CertificateRequest) => Promise<Credential>;
}

/** Makes an authority; nothing else trusts it. */
export async function createAuthority(commonName = 'cachectl test authority'): Promise<Authority> {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${commonName}`,
    keys,
    signingAlgorithm: ALGORITHM,
    ...validity(false),
    extensions: [new x509.BasicConstraintsExtension(true, 1, true)],
  });
  return {
    ...(await credential(root, keys)),
    issue: async (request) => {
      const ownKeys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
      const certificate = await x509.X509CertificateGenerator.create({
        subject: `CN=${request.commonName}`,
        issuer: root.subject,
        publicKey: ownKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        ...validity(request.expired ?? false),
        extensions: [
          new x509.SubjectAlternativeNameExtension(
            (request.names ?? [request.commonName]).map((value) => ({
              type: /^[\d.]+$/.test(value) ? ('ip' as const) : ('dns' as const),
              value,
            })),
          ),
        ],
      });
      return credential(certificate, ownKeys);
    },
  };
}

function validity(expired: boolean): { readonly notBefore: Date; readonly notAfter: Date } {
  const now = Date.now();
  return {
    notBefore: new Date(now - 3 * DAY_MS),
    notAfter: new Date(expired ? now - DAY_MS : now + DAY_MS),
  };
}

async function credential(
  certificate: x509.X509Certificate,
  keys: webcrypto.CryptoKeyPair,
): Promise<Credential> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  return {
    cert: `${certificate.toString('pem')}\n`,
    key: `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`,
  };
}
