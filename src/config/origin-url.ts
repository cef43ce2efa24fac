/** Why a text is no URL; repeats none of it but its scheme, because it may hold a password. */
export interface UrlProblem {
  readonly message: string;
  readonly suggestion?: string | undefined;
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
