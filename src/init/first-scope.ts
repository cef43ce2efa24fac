/** Where the targets of the first scope come from. */
export type FirstScope =
  | { readonly from: 'paths'; readonly paths: readonly string[] }
  | { readonly from: 'sitemap'; readonly path: string }
  | { readonly from: 'access-log'; readonly file: string };

/**
 * What somebody answered: a sitemap (its name says so), an access log (a file that is there), otherwise paths, parted by
 * blanks or commas. Addresses of the application become paths.
 */
export function readFirstScope(answer: string, isFile: (name: string) => boolean): FirstScope {
  const text = answer.trim();
  if (text !== '' && !text.includes(' ') && isFile(text)) return { from: 'access-log', file: text };
  if (/sitemap[^\s,]*$|\.xml(\.gz)?$/i.test(text) && !/[\s,]/.test(text)) {
    return { from: 'sitemap', path: toPath(text) };
  }
  const paths = text.split(/[\s,]+/).filter((part) => part !== '');
  return { from: 'paths', paths: paths.length === 0 ? ['/'] : [...new Set(paths.map(toPath))] };
}

/** The path of an address; what is no address begins with a slash afterwards. */
export function toPath(text: string): string {
  if (/^https?:\/\//i.test(text) && URL.canParse(text)) {
    const { pathname, search } = new URL(text);
    return pathname + search;
  }
  return text.startsWith('/') ? text : `/${text}`;
}
