import { VERSION } from '../version.ts';

type Headers = Readonly<Record<string, string>>;

/**
 * What a request carries unless it says otherwise. `identity`: a cache stores what its application
 * stores, and a body that was compressed for the way would be read back as garbage.
 */
const AUTOMATIC_HEADERS: Headers = {
  'user-agent': `cachectl/${VERSION}`,
  'accept-encoding': 'identity',
  accept: '*/*',
};

/** What may go to another host that redirects lead to: nothing that could be meant for the origin alone. */
const HARMLESS_HEADERS = new Set(['accept', 'accept-language', 'accept-encoding', 'user-agent']);

/** Targets of one entry often share one object. */
const completed = new WeakMap<Headers, Headers>();

/** A request's own headers and the automatic ones that they do not replace. */
export function withAutomaticHeaders(own: Headers): Headers {
  const known = completed.get(own);
  if (known !== undefined) return known;
  const names = new Set(Object.keys(own).map((name) => name.toLowerCase()));
  const automatic = Object.entries(AUTOMATIC_HEADERS).filter(([name]) => !names.has(name));
  const all = { ...Object.fromEntries(automatic), ...own };
  completed.set(own, all);
  return all;
}

/** Those that another host may see. */
export function harmlessHeaders(headers: Headers): Headers {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => HARMLESS_HEADERS.has(name.toLowerCase())),
  );
}
