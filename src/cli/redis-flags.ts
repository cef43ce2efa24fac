import { inGroup, type FlagSpec } from './command.ts';
import { UsageError } from './errors.ts';
import type { Input } from './input.ts';

/** The flags that every command has which talks to Redis. */
export const REDIS_FLAGS: readonly FlagSpec[] = inGroup('Connection', [
  { name: 'user', value: 'NAME', summary: 'ACL user name' },
  { name: 'password', value: 'PASSWORD', summary: 'password; others can see it on the command line' },
  {
    name: 'password-file',
    value: 'FILE',
    dash: 'stdin',
    summary: 'file whose first line is the password; - is stdin',
  },
  { name: 'askpass', summary: 'ask for the password' },
  { name: 'sentinel-user', value: 'NAME', summary: 'ACL user name at the Sentinels' },
  { name: 'sentinel-password-file', value: 'FILE', summary: 'file with the password of the Sentinels' },
  { name: 'tls', summary: 'talk TLS, as rediss:// does' },
  { name: 'tls-ca', value: 'FILE', summary: "trust these authorities (PEM) instead of the system's" },
  { name: 'tls-cert', value: 'FILE', summary: 'client certificate (PEM)' },
  { name: 'tls-key', value: 'FILE', summary: 'key of the client certificate (PEM)' },
  {
    name: 'tls-server-name',
    value: 'NAME',
    summary: 'the name in the certificate, where it is not the host',
  },
  { name: 'tls-skip-verify', summary: 'trust any certificate; never for a protected connection' },
  {
    name: 'protocol',
    value: 'VERSION',
    choices: ['2', '3'],
    summary: 'RESP version to speak',
    fallback: '3',
  },
  { name: 'client-name', value: 'NAME', summary: 'what CLIENT LIST shows', fallback: 'cachectl' },
  {
    name: 'read-from',
    value: 'WHERE',
    choices: ['primary', 'replica'],
    summary: 'where commands that only read read',
    fallback: 'primary',
  },
  {
    name: 'nat-map',
    value: 'FROM=TO',
    repeatable: true,
    summary: "a cluster node's own host:port, and how it is reached from here",
  },
  {
    name: 'connect-timeout',
    value: 'DURATION',
    summary: 'the longest wait for a connection',
    fallback: '5s',
  },
  { name: 'command-timeout', value: 'DURATION', summary: 'the longest wait for a reply', fallback: '10s' },
  { name: 'connect-retries', value: 'N', summary: 'further attempts to connect', fallback: '2' },
  {
    name: 'on-unavailable',
    value: 'WHAT',
    choices: ['fail', 'skip'],
    summary: 'where Redis cannot be reached: fail with exit 3, or skip with a warning and exit 0',
    fallback: 'fail',
  },
]);

/** What the command line says about the connection; `undefined` where it is silent. */
export interface RedisFlagValues {
  readonly username: string | undefined;
  readonly password: string | undefined;
  /** `-` is stdin. */
  readonly passwordFile: string | undefined;
  readonly askPassword: boolean;
  readonly sentinelUsername: string | undefined;
  readonly sentinelPasswordFile: string | undefined;
  readonly tls: boolean;
  readonly tlsCa: string | undefined;
  readonly tlsCert: string | undefined;
  readonly tlsKey: string | undefined;
  readonly tlsServerName: string | undefined;
  readonly tlsSkipVerify: boolean;
  readonly protocol: 2 | 3 | undefined;
  readonly clientName: string | undefined;
  readonly readFrom: 'primary' | 'replica' | undefined;
  readonly natMap: readonly (readonly [from: string, to: string])[];
  readonly connectTimeoutMs: number | undefined;
  readonly commandTimeoutMs: number | undefined;
  readonly retries: number | undefined;
}

/** @throws UsageError where a value does not fit or two flags contradict each other */
export function parseRedisFlags(input: Input): RedisFlagValues {
  const given = ['password', 'password-file', 'askpass'].filter((name) => input.has(name));
  if (given.length > 1) {
    throw new UsageError(`${given.map((name) => `--${name}`).join(' and ')} contradict each other`);
  }
  const protocol = input.choice('protocol', ['2', '3'] as const);
  return {
    username: input.text('user'),
    password: input.text('password'),
    passwordFile: input.text('password-file'),
    askPassword: input.on('askpass'),
    sentinelUsername: input.text('sentinel-user'),
    sentinelPasswordFile: input.text('sentinel-password-file'),
    tls: ['tls', 'tls-ca', 'tls-cert', 'tls-key', 'tls-server-name', 'tls-skip-verify'].some((name) =>
      input.has(name),
    ),
    tlsCa: input.text('tls-ca'),
    tlsCert: input.text('tls-cert'),
    tlsKey: input.text('tls-key'),
    tlsServerName: input.text('tls-server-name'),
    tlsSkipVerify: input.on('tls-skip-verify'),
    protocol: protocol === undefined ? undefined : protocol === '2' ? 2 : 3,
    clientName: input.text('client-name'),
    readFrom: input.choice('read-from', ['primary', 'replica'] as const),
    natMap: input.texts('nat-map').map(parseNatEntry),
    connectTimeoutMs: input.waitMs('connect-timeout'),
    commandTimeoutMs: input.waitMs('command-timeout'),
    retries: input.wholeNumber('connect-retries', { min: 0, max: 1_000 }),
  };
}

function parseNatEntry(text: string): readonly [string, string] {
  const [from, to, more] = text.split('=');
  if (from === undefined || to === undefined || more !== undefined || from === '' || to === '') {
    throw new UsageError(`--nat-map takes FROM=TO, both host:port, not "${text}"`);
  }
  return [from, to];
}
