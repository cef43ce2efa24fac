import type { SourcePath } from './source-tree.ts';

/** What stands for a secret in every output. */
export const MASK = '***';

const SECRET_PARTS =
  /pas+w|passphrase|pwd|token|secret|authorization|cookie|apikey|accesskey|privatekey|credential|xauth|signature|bearer|jwt|session/;
/** Near misses included: a mistyped `header:` still holds a token. */
const HEADERS_KEY = /^he?a?d+e?rs?$/i;
const SECRET_NAMES = new Set(['auth', 'pass', 'key', 'sig', 'sid', 'code']);

/** Header values that are safe to show where a header's value could be anything. */
const OPEN_HEADERS = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-type',
  'host',
  'user-agent',
]);

/** Known keys of a connection that hold no secret; anything else there may be a mistyped `password`. */
const OPEN_CONNECTION_KEYS = new Set([
  'url',
  'sentinels',
  'name',
  'cluster',
  'database',
  'username',
  'password_file',
  'sentinel_username',
  'sentinel_password_file',
  'protected',
  'tls',
  'protocol',
  'client_name',
  'read_from',
  'nat_map',
  'connect_timeout',
  'command_timeout',
  'retries',
]);

/** Whether a header, query parameter, flag or setting of this name holds a secret; case does not matter. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return SECRET_PARTS.test(plain) || SECRET_NAMES.has(plain) || plain.endsWith('auth');
}

/** Headers with the values of secret ones replaced by {@link MASK}. */
export function redactHeaders(headers: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecretName(name) ? MASK : value]),
  );
}

/**
 * A URL, absolute or not, valid or not, without the password in its userinfo and without secret
 * query parameters. Text without either comes back unchanged.
 */
export function redactUrl(url: string): string {
  let result = '';
  let position = 0;
  for (const [start, end] of urlSecrets(url)) {
    result += url.slice(position, start) + MASK;
    position = end;
  }
  return result + url.slice(position);
}

/** Where the secrets of a URL stand: ascending, non-overlapping ranges of UTF-16 offsets. */
export function urlSecrets(url: string): readonly (readonly [start: number, end: number])[] {
  const ranges: (readonly [number, number])[] = [];
  const userinfo = userinfoRange(url);
  if (userinfo && userinfo[1] > userinfo[0]) ranges.push(userinfo);
  const from = userinfo?.[1] ?? 0;
  for (const match of url.slice(from).matchAll(/[?&;#]([^=&;?#\s]+)=([^&;#\s]*)/g)) {
    const [whole, name = '', value = ''] = match;
    if (value === '' || !isSecretName(decodeLoosely(name))) continue;
    const end = from + match.index + whole.length;
    ranges.push([end - value.length, end]);
  }
  return ranges;
}

/** How a value of the spec file may be shown, by its path: not at all, or with URL secrets masked. */
export function visibilityAt(path: SourcePath): 'hidden' | 'redacted' {
  const names = path.filter((step) => typeof step === 'string');
  if (names[0] === 'connections' && names.length >= 3 && !OPEN_CONNECTION_KEYS.has(names[2] ?? '')) {
    return 'hidden';
  }
  const settings = names.filter((_, index) => !isChosenByUser(names, index));
  const headers = settings.findIndex((name) => HEADERS_KEY.test(name));
  if (headers !== -1) {
    return OPEN_HEADERS.has(settings[headers + 1]?.toLowerCase() ?? '') ? 'redacted' : 'hidden';
  }
  return settings.some(isSecretName) ? 'hidden' : 'redacted';
}

/** A scope, class or variable may be called `session` or `token` without holding one; so may an entry's `key`. */
function isChosenByUser(names: readonly string[], index: number): boolean {
  if (index === 1) {
    return ['connections', 'scopes', 'ttl_classes', 'namespaces', 'invalidation'].includes(names[0] ?? '');
  }
  return names[index] === 'key' || names[index - 1] === 'matrix';
}

/** The password of `scheme://user:password@host`, or a lone token of `https://token@host`. */
function userinfoRange(url: string): readonly [number, number] | undefined {
  // Bounded: an unbounded scheme takes quadratic time on megabytes of letters.
  const match = /([a-z][a-z0-9+.-]{0,30}):\/\/|^\/\//i.exec(url);
  if (!match) return undefined;
  const scheme = (match[1] ?? '').toLowerCase();
  const start = match.index + match[0].length;
  const length = url.slice(start).search(/[/?#]/);
  const authority = length === -1 ? url.slice(start) : url.slice(start, start + length);
  let at = authority.lastIndexOf('@');
  // An unencoded slash, question mark or hash in a password ends the authority too early. A Redis URL
  // has no use for `@` after it; elsewhere a port that is no number gives the mistake away.
  if (scheme.startsWith('redis') || (at === -1 && /:(?!\d*$)/.test(authority.replace(/^\[.*\]/, '')))) {
    at = url.slice(start).lastIndexOf('@');
  }
  if (at === -1) return undefined;
  const colon = url.slice(start, start + at).indexOf(':');
  if (colon !== -1) return [start + colon + 1, start + at];
  return scheme.startsWith('redis') || scheme === 'unix' ? [start + at, start + at] : [start, start + at];
}

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
