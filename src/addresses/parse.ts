import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import { djangoAbsoluteUri, hostOf } from '../keys/django/absolute-uri.ts';
import { metaName, type MetaHeaders } from '../keys/django/page-keys.ts';
import { railsCompositeKey } from '../keys/layout/rails.ts';
import type { Address } from './address.ts';

/**
 * The framework addresses of a command line, in the order of the flags' help.
 * @throws UsageError
 */
export function parseAddressFlags(input: Input): readonly Address[] {
  const views = input.texts('django-view');
  if (input.texts('django-fragment').length > 1) {
    throw new UsageError('--django-fragment can be given only once: --vary belongs to it');
  }
  const [fragment] = names(input, 'django-fragment');
  for (const flag of ['method', 'header']) {
    if (input.has(flag) && views.length === 0) throw new UsageError(`--${flag} belongs to --django-view URL`);
  }
  if (input.has('vary') && fragment === undefined)
    throw new UsageError('--vary belongs to --django-fragment NAME');
  return [
    ...views.map((url) => parseView(url, input)),
    ...(fragment === undefined
      ? []
      : [{ kind: 'django-fragment', name: fragment, vary: input.texts('vary') } as const]),
    ...names(input, 'django-session').map((id): Address => ({ kind: 'django-session', id })),
    ...input.texts('rails-key').map((json): Address => ({ kind: 'rails-key', key: parseRailsKey(json) })),
    ...(['laravel-tag', 'spring-cache', 'symfony-tag', 'wordpress-group'] as const).flatMap((kind) =>
      names(input, kind).map((name): Address => ({ kind, name })),
    ),
  ];
}

/** The values of a flag, none of them empty. */
function names(input: Input, flag: string): readonly string[] {
  const texts = input.texts(flag);
  if (texts.includes('')) throw new UsageError(`--${flag} is empty`);
  return texts;
}

function parseView(url: string, input: Input): Address {
  const uri = djangoAbsoluteUri(url);
  if (uri === undefined) {
    throw new UsageError(`--django-view takes an absolute URL, not "${url}"`, {
      hint: "scheme, host and port are a part of Django's key: write it as visitors do, https://shop.example/products/",
    });
  }
  const methods = input.texts('method').map((method) => {
    if (!/^[a-z]+$/i.test(method)) throw new UsageError(`--method takes GET or HEAD, not "${method}"`);
    return method.toUpperCase();
  });
  return {
    kind: 'django-view',
    uri,
    methods: [...new Set(methods)],
    headers: parseHeaders(input, hostOf(uri)),
  };
}

/** A header given again is joined with a comma, as servers do. `Host` is the URL's, unless it is given. */
function parseHeaders(input: Input, host: string): MetaHeaders | undefined {
  const given = input.texts('header');
  if (given.length === 0) return undefined;
  const headers = new Map([['HTTP_HOST', host]]);
  const seen = new Set<string>();
  for (const text of given) {
    const parts = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/s.exec(text);
    if (parts === null) throw new UsageError(`--header takes 'NAME: VALUE', not "${text}"`);
    const [, name = '', value = ''] = parts;
    // Django looks for HTTP_CONTENT_TYPE, which no server sets: pages do not vary by these two.
    if (/^content[-_](type|length)$/i.test(name)) continue;
    const meta = metaName(name);
    const before = headers.get(meta);
    headers.set(meta, seen.has(meta) && before !== undefined ? `${before},${value}` : value);
    seen.add(meta);
  }
  return headers;
}

function parseRailsKey(json: string): string {
  try {
    const key = railsCompositeKey(JSON.parse(json));
    if (key !== '') return key;
  } catch (error) {
    if (error instanceof RangeError) throw new UsageError(`--rails-key: ${error.message}`);
    if (!(error instanceof SyntaxError)) throw error;
    throw new UsageError(`--rails-key takes JSON, not ${json}`, {
      hint: 'for example: --rails-key \'["user", 1, {"a": 1}]\'; a key that is text already is an argument',
    });
  }
  throw new UsageError('--rails-key is an empty key');
}
