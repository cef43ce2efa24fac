import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import { RESERVED_SCOPE } from '../config/spec.ts';
import { redactUrl } from '../config/redact.ts';
import { escapeText } from '../keys/printable.ts';
import type { ClosedLoad } from './closed-loop.ts';

/** What a load test was asked to do. */
export interface LoadtestOptions {
  /** As given; `all` is every scope. */
  readonly scopes: readonly string[];
  readonly addresses: readonly WebAddress[];
  readonly load: ClosedLoad;
  /** The most targets of each scope, where the command line says so. */
  readonly limit: number | undefined;
  readonly countHeader: string | undefined;
  readonly confirm: string | undefined;
}

/** A web address to request, its user and password taken out of it. */
export interface WebAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

const DEFAULT_REQUESTS = 50;
const DEFAULT_CONNECTIONS = 4;
/** More sockets than one process and one port range have use for. */
const MAX_CONNECTIONS = 10_000;
/** Targets of a scope, where nothing is said: as many as a table shows well. */
export const DEFAULT_LIMIT = 10;

/** The characters of a header's name (RFC 9110, 5.6.2). */
const HEADER_NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;

/** @throws UsageError where a flag's value does not fit, two contradict each other, or there is nothing to do */
export function parseLoadtestOptions(
  input: Input,
  context: Pick<Context, 'options' | 'spec'>,
): LoadtestOptions {
  const requests = input.wholeNumber('requests', { min: 1 });
  const durationMs = input.durationMs('duration');
  if (requests !== undefined && durationMs !== undefined) {
    throw new UsageError('--requests and --duration contradict each other: each says when a phase ends');
  }
  const scopes = input.texts('scope');
  const urls = context.options.httpUrls;
  if (scopes.length === 0 && urls.length === 0) throw nothingToTest(context.spec);
  const countHeader = input.text('count-header');
  if (countHeader !== undefined && !HEADER_NAME.test(countHeader)) {
    throw new UsageError(`--count-header takes the name of a header, not "${escapeText(countHeader)}"`, {
      hint: 'for example --count-header X-DB-Queries',
    });
  }
  return {
    scopes,
    // Load goes where the user points and nowhere else. A check that remote hosts are meant
    // (--allow-remote, issue 8) belongs here, and in scope-targets.ts for the spec's origin.
    addresses: urls.map(parseAddress),
    load: {
      connections: input.wholeNumber('connections', { min: 1, max: MAX_CONNECTIONS }) ?? DEFAULT_CONNECTIONS,
      until:
        durationMs === undefined
          ? { kind: 'requests', count: requests ?? DEFAULT_REQUESTS }
          : { kind: 'duration', ms: durationMs },
    },
    limit: input.wholeNumber('limit', { min: 1 }),
    countHeader,
    confirm: input.text('confirm'),
  };
}

function nothingToTest(spec: Context['spec']): UsageError {
  const names = Object.keys(spec?.spec.scopes ?? {});
  return new UsageError('nothing to test: name a scope with --scope, or a web address with --url', {
    hint:
      spec === undefined
        ? 'there is no spec file here; --config FILE names one, and --url http://host/path needs none'
        : names.length === 0
          ? 'the spec file has no scopes yet'
          : `the spec file has the scopes ${[...names, RESERVED_SCOPE].join(', ')}`,
  });
}

function parseAddress(text: string): WebAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '') {
    throw new UsageError(`--url ${escapeText(redactUrl(text))} is not a web address`, {
      hint: 'write http://host:port/path',
    });
  }
  const headers = basicAuthorization(url);
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url: url.href, headers };
}

/** A user and password in an address are meant for the origin, and must not reach any report. */
function basicAuthorization(url: URL): Readonly<Record<string, string>> {
  if (url.username === '' && url.password === '') return {};
  const credentials = `${decode(url.username)}:${decode(url.password)}`;
  return { authorization: `Basic ${Buffer.from(credentials, 'utf8').toString('base64')}` };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
