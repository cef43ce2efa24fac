import { nearest } from '../text/nearest.ts';

/** The URL schemes that a connection may have; `rediss` is TLS. */
export const CONNECTION_URL_SCHEMES = ['redis', 'rediss', 'unix'] as const;

/** Why a text is no URL; repeats none of it but its scheme, because it may hold a password. */
export interface UrlProblem {
  readonly message: string;
  readonly suggestion?: string | undefined;
}

const EXAMPLE = 'write it like redis://host:6379/0';

/** What is wrong with the URL of a connection, from the spec or from `--url`; `undefined` where nothing is. */
export function connectionUrlProblem(url: string): UrlProblem | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1];
  if (scheme === undefined) return { message: 'expected the URL of a Redis server', suggestion: EXAMPLE };
  const known = CONNECTION_URL_SCHEMES.find((name) => name === scheme.toLowerCase());
  if (known === undefined) {
    const near = nearest(scheme, CONNECTION_URL_SCHEMES);
    return {
      message: `unknown URL scheme \`${scheme}\``,
      suggestion:
        near === undefined ? `use ${CONNECTION_URL_SCHEMES.join(', ')}` : `did you mean \`${near}\`?`,
    };
  }
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed) return { message: 'this URL cannot be read', suggestion: 'percent-encode special characters' };
  if (known === 'unix') {
    return parsed.pathname.length > 1 ? undefined : { message: 'this URL names no socket file' };
  }
  if (parsed.hostname === '') return { message: 'this URL names no host', suggestion: EXAMPLE };
  if (!/^\/?\d*$/.test(parsed.pathname)) {
    return { message: 'the path of this URL is not a database number', suggestion: EXAMPLE };
  }
  return undefined;
}

/** What is wrong with the base URL of the origin; `undefined` where nothing is. */
export function originUrlProblem(url: string): UrlProblem | undefined {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !/^https?:\/\//i.test(url)) {
    return { message: 'expected an absolute http:// or https:// URL' };
  }
  if (parsed.username !== '' || parsed.password !== '') {
    return { message: 'credentials do not belong into this URL', suggestion: 'send an Authorization header' };
  }
  if (/[?#]/.test(url)) return { message: 'a base URL has no query and no fragment' };
  return undefined;
}

/**
 * What is wrong with the path of a request; placeholders count as text.
 * @param baseUrl the origin's; an absolute URL must stay on it, so that headers reach nobody else
 */
export function requestPathProblem(path: string, baseUrl: string | undefined): UrlProblem | undefined {
  // eslint-disable-next-line no-control-regex -- finding control characters is the point
  if (/[\u0000-\u001f\u007f]/.test(path)) return { message: 'a path holds no control characters' };
  // `//host` and `/\host` are absolute URLs in disguise.
  if (/^\/(?![/\\])/.test(path)) return undefined;
  const parsed = /^https?:\/\//i.test(path) && URL.canParse(path) ? new URL(path) : undefined;
  if (!parsed) return { message: 'a path starts with one `/`, or is an absolute http(s) URL of the origin' };
  if (parsed.username !== '' || parsed.password !== '') {
    return { message: 'credentials do not belong into this URL', suggestion: 'send an Authorization header' };
  }
  const base = baseUrl !== undefined && URL.canParse(baseUrl) ? new URL(baseUrl) : undefined;
  if (base && base.origin !== parsed.origin) {
    return { message: 'this URL is not on the origin', suggestion: `it must start with ${base.origin}/` };
  }
  return undefined;
}
