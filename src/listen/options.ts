import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { UsageError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import type { Input } from '../cli/input.ts';
import type { Host } from '../host.ts';
import { escapeText } from '../keys/printable.ts';
import { isLoopback } from '../text/loopback.ts';
import type { Agreement } from '../invalidation/carry-out.ts';
import type { HttpSecrets } from './authenticate.ts';
import type { HttpPlace } from './http-server.ts';
import type { StreamSettings } from './stream.ts';

/** How a listener works. */
export interface ListenOptions extends Agreement {
  /** Missing where only channels are listened to. */
  readonly stream: StreamSettings | undefined;
  readonly channels: readonly string[];
  readonly http: { readonly place: HttpPlace; readonly secrets: HttpSecrets } | undefined;
  /** Events that come within this time of the first are merged. */
  readonly coalesceMs: number;
  readonly maxTries: number;
  /** What is under way when it is told to stop is waited for this long. */
  readonly drainMs: number;
}

const DEFAULT_STREAM = 'cache:events';
const DEFAULTS = { claimAfterMs: 60_000, retryAfterMs: 1_000, maxTries: 10, drainMs: 10_000 };
/** What is said about a stream: its group, what is tried again, and what becomes of events. */
const STREAM_FLAGS = 'group consumer from max-tries retry-after claim-after dead-letters keep'.split(' ');
/** Whoever sends over HTTP cannot trim the stream; so old events go by themselves. */
const HTTP_KEEP_MS = 7 * 24 * 3_600_000;

/** @throws UsageError */
export function parseListen(input: Input, host: Pick<Host, 'env' | 'cwd'>): ListenOptions {
  const channels = input.texts('channel');
  const http = parseHttp(input, host);
  const onlyChannels = channels.length > 0 && http === undefined && !input.has('stream');
  if (onlyChannels) {
    refuseIdle(
      input,
      STREAM_FLAGS,
      'is about a stream, and --channel alone has none: every listener hears each event once',
      'add --stream KEY to read a stream as well',
    );
  }
  return {
    stream: onlyChannels ? undefined : parseStream(input),
    channels,
    http,
    coalesceMs: input.waitMs('coalesce') ?? 0,
    maxTries: input.wholeNumber('max-tries', { min: 1, max: 1_000 }) ?? DEFAULTS.maxTries,
    drainMs: input.waitMs('drain') ?? DEFAULTS.drainMs,
    yes: input.on('yes'),
    confirm: input.text('confirm'),
  };
}

function parseStream(input: Input): StreamSettings {
  const stream = named(input, 'stream', DEFAULT_STREAM);
  const from = input.text('from') ?? '0';
  if (!/^(\$|\d+(-\d+)?)$/.test(from)) {
    throw new UsageError(`--from takes 0, $ or the ID of an entry, not "${escapeText(from)}"`);
  }
  return {
    stream: Buffer.from(stream),
    group: named(input, 'group', 'cachectl'),
    consumer: named(input, 'consumer', `${hostname()}-${randomBytes(4).toString('hex')}`),
    from,
    claimAfterMs: input.waitMs('claim-after') ?? DEFAULTS.claimAfterMs,
    retryAfterMs: input.waitMs('retry-after') ?? DEFAULTS.retryAfterMs,
    deadLetters: Buffer.from(named(input, 'dead-letters', `${stream}:dead`)),
    keepMs: input.durationMs('keep') ?? (input.has('http') ? HTTP_KEEP_MS : undefined),
  };
}

function named(input: Input, flag: string, fallback: string): string {
  const name = input.text(flag) ?? fallback;
  if (name === '') throw new UsageError(`--${flag} is empty: it is a name`);
  return name;
}

function parseHttp(input: Input, host: Pick<Host, 'env' | 'cwd'>): ListenOptions['http'] {
  const text = input.text('http');
  if (text === undefined) {
    if (input.has('http-token-file') || input.has('http-secret-file'))
      throw new UsageError('--http-token-file and --http-secret-file go with --http');
    return undefined;
  }
  const place = parsePlace(text);
  const secrets: HttpSecrets = {
    token: secretOf(input, host, 'http-token-file', 'CACHECTL_HTTP_TOKEN'),
    secret: secretOf(input, host, 'http-secret-file', 'CACHECTL_HTTP_SECRET'),
  };
  if (!isLoopback(place.host) && secrets.token === undefined && secrets.secret === undefined) {
    throw new UsageError(
      `--http ${text} can be reached from other machines, and anybody could clear the cache`,
      {
        hint: 'ask senders for a token (--http-token-file, CACHECTL_HTTP_TOKEN) or a signature (--http-secret-file, CACHECTL_HTTP_SECRET), or listen on 127.0.0.1',
      },
    );
  }
  return { place, secrets };
}

function parsePlace(text: string): HttpPlace {
  const match = /^(?:\[([0-9a-f:.]+)\]|([^:[\]\s]*)):(\d{1,5})$/i.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw new UsageError(`--http takes an address and a port, not "${escapeText(text)}"`, {
      hint: '--http 127.0.0.1:9410, or --http [::1]:9410',
    });
  }
  const host = match[1] ?? match[2] ?? '';
  return { host: host === '' ? '0.0.0.0' : host, port };
}

function secretOf(
  input: Input,
  { env, cwd }: Pick<Host, 'env' | 'cwd'>,
  flag: string,
  variable: string,
): string | undefined {
  const file = input.text(flag);
  if (file === undefined) return env[variable] === '' ? undefined : env[variable];
  let text: string;
  try {
    text = readFileSync(path.resolve(cwd, file), 'utf8').trim();
  } catch (error) {
    throw new UsageError(`--${flag} ${escapeText(file)} cannot be read: ${fileCause(error, 'read')}`);
  }
  if (text === '') throw new UsageError(`--${flag} ${escapeText(file)} is empty`);
  return text;
}
