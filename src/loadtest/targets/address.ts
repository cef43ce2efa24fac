import { UsageError } from '../../cli/errors.ts';
import { redactUrl } from '../../config/redact.ts';
import { escapeText } from '../../keys/printable.ts';

/** A web address to request, its user and password taken out of it. */
export interface WebAddress {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** @throws UsageError where it is none */
export function parseAddress(text: string): WebAddress {
  const address = readAddress(text);
  if (address === undefined) {
    throw new UsageError(`--url ${escapeText(redactUrl(text))} is not a web address`, {
      hint: 'write http://host:port/path',
    });
  }
  return address;
}

/** An absolute http or https URL; `undefined` where it is none. */
export function readAddress(text: string): WebAddress | undefined {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === '' || !/^https?:$/.test(url.protocol)) return undefined;
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
