import type { KeyDetail, LogicalExplanation } from '../explanation.ts';
import { md5, parseHeaderListKey, parsePageKey, type HeaderListKey } from './page-keys.ts';

const NOTHING = md5('');

/** What one of Django's own keys is; `undefined` for the keys of the application. */
export function explainDjangoKey(logical: Buffer): LogicalExplanation | undefined {
  const text = logical.toString('utf8');
  const page = parsePageKey(text);
  if (page !== undefined) {
    return {
      kind: 'page',
      what: `cached page (${page.method})`,
      details: [
        ...commonDetails(page),
        [
          'Vary headers (MD5)',
          page.headersMd5 === NOTHING ? `${page.headersMd5}, no values` : page.headersMd5,
        ],
      ],
    };
  }
  const list = parseHeaderListKey(text);
  if (list !== undefined) {
    return {
      kind: 'header-list',
      what: 'names of the headers a page varies by',
      details: commonDetails(list),
    };
  }
  const fragment = /^template\.cache\.(.*)\.([0-9a-f]{32})$/s.exec(text);
  if (fragment !== null) {
    const [, name = '', hash = ''] = fragment;
    return {
      kind: 'fragment',
      what: 'template fragment',
      details: [
        ['name', name],
        ['vary arguments (MD5)', hash === NOTHING ? `${hash}, no arguments` : hash],
      ],
    };
  }
  const session = /^django\.contrib\.sessions\.(cached_db|cache)(.+)$/s.exec(text);
  if (session === null) return undefined;
  const [, engine = '', id = ''] = session;
  return {
    kind: 'session',
    what: 'session',
    details: [
      ['session ID', id],
      ['engine', engine],
    ],
  };
}

function commonDetails(key: HeaderListKey): readonly KeyDetail[] {
  const parts = key.suffix.slice(1).split('.');
  // A language code is lower case; names of time zones are not. Both are left out where Django leaves them out.
  const language = parts.find((part) => /^[a-z]{2,3}(-[a-z0-9]+)*$/.test(part));
  const timeZone = parts.find((part) => part !== '' && part !== language);
  return [
    ...(key.keyPrefix === '' ? [] : [['key_prefix', key.keyPrefix] as const]),
    ['URI (MD5)', key.uriMd5],
    ...(language === undefined ? [] : [['language', language] as const]),
    ...(timeZone === undefined ? [] : [['time zone', timeZone] as const]),
  ];
}
