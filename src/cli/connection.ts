import type { ConnectionSpec } from '../config/connection.ts';
import { requireConnection, type LoadedSpec } from '../config/loaded.ts';
import { DEFAULT_REDIS_URL } from '../config/spec.ts';
import type { PasswordSource } from '../redis/credentials.ts';
import { CONNECTION_DEFAULTS, topologyAddress, type RedisOptions } from '../redis/options.ts';
import { DEFAULT_TLS, type TlsSettings } from '../redis/tls-settings.ts';
import { parseAddresses, parseNatMap, parseRedisUrl, type RedisUrl } from '../redis/url.ts';
import { nearest } from '../text/nearest.ts';
import { UsageError } from './errors.ts';
import type { GlobalOptions } from './global-options.ts';
import type { RedisFlagValues } from './redis-flags.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Which Redis a command talks to, and where that was said. */
export interface ConnectionChoice {
  readonly options: RedisOptions;
  /** As in `--url`, `environment REDIS_URL`, `file cachectl.yaml`, `default`. */
  readonly source: string;
  /** What a person should know about the choice. */
  readonly warnings: readonly string[];
}

/** A connection as the place it was named in has it, before flags and environment are laid over it. */
interface Named {
  readonly url: RedisUrl;
  readonly spec: ConnectionSpec | undefined;
  readonly name: string | undefined;
  readonly source: string;
}

/**
 * Which Redis to talk to: flag, environment, file, default, in this order. An environment's REDIS_URL is
 * usually the application's own, so a connection asked for by name (`-e`, CACHECTL_ENV) goes before it.
 * Flags about the connection (`--user`, `--tls-ca`, ...) are laid over whatever was chosen.
 * @throws UsageError for unknown names, URLs that cannot be read, and what a protected connection forbids
 */
export function chooseConnection(
  globals: Pick<GlobalOptions, 'redisUrl' | 'connectionName' | 'redis'>,
  env: Env,
  spec: LoadedSpec | undefined,
): ConnectionChoice {
  const named = chooseNamed(globals, env, spec);
  if (named.url.topology.kind !== 'sentinel') {
    const { sentinelUsername, sentinelPasswordFile } = globals.redis;
    if (sentinelUsername !== undefined || sentinelPasswordFile !== undefined) {
      const flag = sentinelUsername === undefined ? '--sentinel-password-file' : '--sentinel-user';
      throw new UsageError(`${flag} is about Sentinels, and this connection has none`, {
        hint: 'redis+sentinel://host:26379/mymaster names one; the password of Redis is --password-file',
      });
    }
  }
  const options = withFlags(named, globals.redis, env);
  const warnings: string[] = [];
  if (options.tls?.verify === false) {
    if (options.protected) {
      throw new UsageError(
        `${named.name ?? 'this connection'} is protected: its certificate must be verified`,
        {
          hint: '--tls-ca FILE names the authority that signed it',
        },
      );
    }
    warnings.push('the certificate of Redis is not verified (--tls-skip-verify)');
  }
  const isOnCommandLine =
    globals.redis.password !== undefined ||
    (globals.redisUrl !== undefined && named.url.password !== undefined);
  if (isOnCommandLine) {
    warnings.push(
      'a password on the command line can be seen by others on this machine; --askpass, --password-file or REDISCLI_AUTH hide it',
    );
  }
  return { options, source: named.source, warnings };
}

function chooseNamed(
  globals: Pick<GlobalOptions, 'redisUrl' | 'connectionName'>,
  env: Env,
  spec: LoadedSpec | undefined,
): Named {
  if (globals.redisUrl !== undefined) return fromUrl(globals.redisUrl, '--url', spec);
  if (globals.connectionName !== undefined) return fromSpec(globals.connectionName, '--env', spec);
  const variable = (name: string): string | undefined => (env[name] === '' ? undefined : env[name]);
  const envName = variable('CACHECTL_ENV');
  const envUrl = variable('CACHECTL_URL');
  if (envName !== undefined && envUrl !== undefined) {
    throw new UsageError(
      'CACHECTL_ENV and CACHECTL_URL contradict each other: each names the connection to use',
      {
        hint: 'unset one of them, or say --env NAME or --url URL',
      },
    );
  }
  if (envName !== undefined) return fromSpec(envName, 'environment CACHECTL_ENV', spec);
  if (envUrl !== undefined) return fromUrl(envUrl, 'environment CACHECTL_URL', spec);
  const applicationUrl = variable('REDIS_URL');
  if (applicationUrl !== undefined) return fromUrl(applicationUrl, 'environment REDIS_URL', spec);
  if (spec?.connectionNames.includes('default') === true)
    return fromSpec('default', `file ${spec.path}`, spec);
  return fromUrl(DEFAULT_REDIS_URL, 'default', spec);
}

function fromSpec(name: string, source: string, spec: LoadedSpec | undefined): Named {
  if (spec === undefined) {
    throw new UsageError(`connection "${name}" was asked for, and there is no spec file that defines it`, {
      hint: 'name the file with --config FILE, or the Redis itself with --url',
    });
  }
  const names = spec.connectionNames;
  if (!names.includes(name)) {
    const guess = nearest(name, names);
    throw new UsageError(`the spec file has no connection "${name}"`, {
      hint:
        guess !== undefined
          ? `did you mean ${guess}?`
          : names.length > 0
            ? `it has ${names.join(', ')}`
            : 'it defines none under connections:',
    });
  }
  const connection = requireConnection(spec, name);
  return { name, spec: connection, url: urlOf(connection), source };
}

/** A bare URL. Where the spec file knows the same database, it keeps its name there and its protection. */
function fromUrl(text: string, source: string, spec: LoadedSpec | undefined): Named {
  const url = parseRedisUrl(text);
  const known = Object.entries(spec?.spec.connections ?? {}).find(([, connection]) =>
    isSameDatabase(connection, url),
  );
  return { url, source, name: known?.[0], spec: known === undefined ? undefined : protectionOnly(known[1]) };
}

/** Of a connection that a URL happens to reach too, only what keeps it safe holds: the URL says the rest. */
function protectionOnly(connection: ConnectionSpec): ConnectionSpec {
  return { protected: connection.protected };
}

function isSameDatabase(connection: ConnectionSpec, url: RedisUrl): boolean {
  try {
    const known = urlOf(connection);
    return (
      topologyAddress(known.topology) === topologyAddress(url.topology) && known.database === url.database
    );
  } catch {
    // A connection that lacks a variable has no place yet, and so is no other one's.
    return false;
  }
}

/** Where a connection of the spec file is, however that was written. */
function urlOf(connection: ConnectionSpec): RedisUrl {
  const rest = { tls: false, database: connection.database ?? 0, username: undefined, password: undefined };
  if (connection.sentinels !== undefined) {
    const sentinels = parseAddresses(connection.sentinels.join(','), 26379);
    return { ...rest, topology: { kind: 'sentinel', sentinels, primaryName: connection.primaryName ?? '' } };
  }
  if (connection.cluster !== undefined) {
    return {
      ...rest,
      topology: { kind: 'cluster', seeds: parseAddresses(connection.cluster.join(','), 6379) },
    };
  }
  const url = parseRedisUrl(connection.url ?? '');
  return { ...url, database: connection.database ?? url.database };
}

function withFlags({ url, spec, name }: Named, flags: RedisFlagValues, env: Env): RedisOptions {
  return {
    connectionName: name,
    protected: spec?.protected ?? false,
    topology: url.topology,
    tls: chooseTls(url, spec, flags),
    database: url.database,
    username: flags.username ?? spec?.username ?? url.username,
    password: choosePassword(url, spec, flags, env),
    sentinelUsername: flags.sentinelUsername ?? spec?.sentinelUsername,
    sentinelPassword: chooseSentinelPassword(spec, flags),
    protocol: flags.protocol ?? spec?.protocol ?? CONNECTION_DEFAULTS.protocol,
    clientName: flags.clientName ?? spec?.clientName ?? CONNECTION_DEFAULTS.clientName,
    connectTimeoutMs:
      flags.connectTimeoutMs ?? spec?.connectTimeoutMs ?? CONNECTION_DEFAULTS.connectTimeoutMs,
    commandTimeoutMs:
      flags.commandTimeoutMs ?? spec?.commandTimeoutMs ?? CONNECTION_DEFAULTS.commandTimeoutMs,
    retries: flags.retries ?? spec?.retries ?? CONNECTION_DEFAULTS.retries,
    readFrom: flags.readFrom ?? spec?.readFrom ?? CONNECTION_DEFAULTS.readFrom,
    natMap: parseNatMap([...Object.entries(spec?.natMap ?? {}), ...flags.natMap]),
  };
}

function chooseTls(
  url: RedisUrl,
  spec: ConnectionSpec | undefined,
  flags: RedisFlagValues,
): TlsSettings | undefined {
  if (!url.tls && spec?.tls === undefined && !flags.tls) return undefined;
  return {
    ...DEFAULT_TLS,
    caFile: flags.tlsCa ?? spec?.tls?.ca,
    certFile: flags.tlsCert ?? spec?.tls?.cert,
    keyFile: flags.tlsKey ?? spec?.tls?.key,
    serverName: flags.tlsServerName ?? spec?.tls?.serverName,
    verify: !(flags.tlsSkipVerify || spec?.tls?.skipVerify === true),
  };
}

/** A variable of the environment fills in where neither flags nor URL nor file say anything. */
function choosePassword(
  url: RedisUrl,
  spec: ConnectionSpec | undefined,
  flags: RedisFlagValues,
  env: Env,
): PasswordSource {
  if (flags.askPassword) return { kind: 'prompt' };
  if (flags.passwordFile === '-') return { kind: 'stdin' };
  if (flags.passwordFile !== undefined) return { kind: 'file', path: flags.passwordFile };
  const given = flags.password ?? spec?.password ?? url.password;
  if (given !== undefined) return { kind: 'given', password: given };
  if (spec?.passwordFile !== undefined) return { kind: 'file', path: spec.passwordFile };
  if (spec?.passwordCommand !== undefined) return { kind: 'command', command: spec.passwordCommand };
  const fallback = env['CACHECTL_PASSWORD'] ?? env['REDISCLI_AUTH'];
  return fallback === undefined || fallback === '' ? { kind: 'none' } : { kind: 'given', password: fallback };
}

function chooseSentinelPassword(spec: ConnectionSpec | undefined, flags: RedisFlagValues): PasswordSource {
  if (flags.sentinelPasswordFile !== undefined) return { kind: 'file', path: flags.sentinelPasswordFile };
  if (spec?.sentinelPassword !== undefined) return { kind: 'given', password: spec.sentinelPassword };
  if (spec?.sentinelPasswordFile !== undefined) return { kind: 'file', path: spec.sentinelPasswordFile };
  return { kind: 'none' };
}
