/** How a TLS connection is made. Files are PEM. */
export interface TlsSettings {
  /** The authorities to trust instead of the system's. */
  readonly caFile: string | undefined;
  readonly certFile: string | undefined;
  readonly keyFile: string | undefined;
  /** The name in the certificate, where it is not the host that is connected to. */
  readonly serverName: string | undefined;
  /** Off only by `--tls-skip-verify`. */
  readonly verify: boolean;
}

/** TLS with the system's authorities and nothing special. */
export const DEFAULT_TLS: TlsSettings = {
  caFile: undefined,
  certFile: undefined,
  keyFile: undefined,
  serverName: undefined,
  verify: true,
};
