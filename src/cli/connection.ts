import { requireConnection, type LoadedSpec } from '../config/load.ts';
import { DEFAULT_REDIS_URL, type ConnectionSpec } from '../config/spec.ts';
import { CONNECTION_DEFAULTS, endpointAddress, parseRedisUrl, type RedisOptions } from '../redis/options.ts';
import { nearest } from '../text/nearest.ts';
import { UsageError } from './errors.ts';
import type { GlobalOptions } from './global-options.ts';

/** Where the connection to use was named. */
export interface ConnectionChoice {
  readonly options: RedisOptions;
  /** As in `--url`, `environment REDIS_URL`, `file cachectl.yaml`, `default`. */
  readonly source: string;
}

/**
 * Which Redis to talk to: flag, environment, file, default, in this order. An environment's REDIS_URL is
 * usually the application's own, so a connection asked for by name (`-e`, CACHECTL_ENV) goes before it.
 * @throws UsageError for unknown names and URLs that cannot be read
 */
export function chooseConnection(
  globals: Pick<GlobalOptions, 'redisUrl' | 'connectionName'>,
  env: Readonly<Record<string, string | undefined>>,
  spec: LoadedSpec | undefined,
): ConnectionChoice {
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
  if (spec?.spec.connections['default'] !== undefined) return fromSpec('default', `file ${spec.path}`, spec);
  return fromUrl(DEFAULT_REDIS_URL, 'default', spec);
}

function fromSpec(name: string, source: string, spec: LoadedSpec | undefined): ConnectionChoice {
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
  return { options: specOptions(name, requireConnection(spec, name)), source };
}

function specOptions(name: string, connection: ConnectionSpec): RedisOptions {
  const url = parseRedisUrl(connection.url);
  return {
    ...url,
    connectionName: name,
    protected: connection.protected,
    username: connection.username ?? url.username,
    password: connection.password ?? url.password,
    connectTimeoutMs: connection.connectTimeoutMs ?? CONNECTION_DEFAULTS.connectTimeoutMs,
    commandTimeoutMs: connection.commandTimeoutMs ?? CONNECTION_DEFAULTS.commandTimeoutMs,
    retries: connection.retries ?? CONNECTION_DEFAULTS.retries,
  };
}

/** A bare URL. Where the spec file knows the same database, it keeps its name there and its protection. */
function fromUrl(text: string, source: string, spec: LoadedSpec | undefined): ConnectionChoice {
  const url = parseRedisUrl(text);
  const known = Object.entries(spec?.spec.connections ?? {}).find(([, connection]) =>
    isSameDatabase(connection, url),
  );
  return {
    options: {
      ...url,
      ...CONNECTION_DEFAULTS,
      connectionName: known?.[0],
      protected: known?.[1].protected ?? false,
    },
    source,
  };
}

function isSameDatabase(connection: ConnectionSpec, url: ReturnType<typeof parseRedisUrl>): boolean {
  try {
    const known = parseRedisUrl(connection.url);
    return (
      endpointAddress(known.endpoint) === endpointAddress(url.endpoint) && known.database === url.database
    );
  } catch {
    return false;
  }
}
