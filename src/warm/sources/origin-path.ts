import { requestUrl } from '../build-target.ts';

/**
 * A link as it stands in an answer, as an absolute URL, where it leads to the origin; otherwise `undefined`.
 * @param from the path or URL that was asked for
 */
export function resolveOnOrigin(link: string, from: string, baseUrl: string): string | undefined {
  const source = requestUrl(baseUrl, from);
  if (!URL.canParse(link, source)) return undefined;
  const url = new URL(link, source);
  if (url.origin !== new URL(baseUrl).origin || url.username !== '' || url.password !== '') return undefined;
  url.hash = '';
  return url.href;
}
