import { STATUS_CODES } from 'node:http';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { decodeUtf8, escapeText } from '../keys/printable.ts';
import type { OriginResponse } from '../origin/types.ts';
import { formatBytes } from '../units/bytes.ts';
import type { PreparedCheck } from './prepare-fill.ts';

const KEPT = 'the entry in the cache, if there is one, was left as it is';

type Answer = Pick<OriginResponse, 'status' | 'headers' | 'body'>;

/** Why an answer is not stored; `undefined` where nothing speaks against it. Messages name no URL, so that causes group. */
export function refusalOf(response: Answer): CachectlError | undefined {
  return statusRefusal(response.status, undefined) ?? emptyRefusal(response) ?? encodingRefusal(response);
}

/** The same for an entry's own checks, in the order from cheap to dear. */
export function checkAnswer(
  response: Answer,
  check: PreparedCheck,
  asksForEncoding: boolean,
): CachectlError | undefined {
  return (
    statusRefusal(response.status, check.status) ??
    // Whoever lists a status such as 301 or 404 may well mean answers without a body.
    (check.status === undefined ? emptyRefusal(response) : undefined) ??
    (asksForEncoding ? undefined : encodingRefusal(response)) ??
    contentTypeRefusal(response, check) ??
    sizeRefusal(response, check) ??
    headerRefusal(response, check) ??
    bodyRefusal(response, check)
  );
}

/** A status that is not among those that are stored. */
export function statusRefusal(
  status: number,
  allowed: ReadonlySet<number> | undefined,
): CachectlError | undefined {
  if (allowed === undefined ? status >= 200 && status <= 299 : allowed.has(status)) return undefined;
  return new StatusFailure(status, allowed);
}

/** A status that is not stored; whether it may pass depends on it. */
export class StatusFailure extends CachectlError {
  override readonly name = 'StatusFailure';
  readonly status: number;

  /** @param wanted by `check.status`: what else is good may not be good enough */
  constructor(status: number, wanted?: ReadonlySet<number>) {
    const isGood = wanted !== undefined && status >= 200 && status <= 299;
    const why = isGood ? `, and check.status wants ${[...wanted].join(', ')}` : '';
    super(`the origin answered ${statusText(status)}${why}`, {
      code: 'origin.status',
      exitCode: ExitCode.partial,
      hint: isGood ? KEPT : statusHint(status),
    });
    this.status = status;
  }
}

function emptyRefusal({ status, body }: Answer): CachectlError | undefined {
  if (body.length > 0) return undefined;
  const note = status === 200 ? '' : ` (${statusText(status)})`;
  return refusal(
    'origin.empty',
    `empty answer${note}`,
    'an entry without content is not worth its key; check the path',
  );
}

function encodingRefusal({ headers }: Answer): CachectlError | undefined {
  const encoding = headers['content-encoding'];
  if (encoding === undefined || /^(identity)?$/i.test(encoding.trim())) return undefined;
  return refusal(
    'origin.encoding',
    `the answer is compressed (${escapeText(encoding)}), although it was asked for as it is`,
    "an application that reads the entry would get compressed bytes; set the entry's Accept-Encoding where it wants them",
  );
}

function contentTypeRefusal({ headers }: Answer, check: PreparedCheck): CachectlError | undefined {
  const wanted = check.contentType;
  if (wanted === undefined) return undefined;
  const found = (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (wanted.endsWith('/*') ? found.startsWith(wanted.slice(0, -1)) : found === wanted) return undefined;
  const what = found === '' ? 'has no content type' : `is ${escapeText(found)}`;
  return failedCheck('content-type', `the answer ${what}, and check.content_type wants ${wanted}`);
}

function sizeRefusal({ body }: Answer, check: PreparedCheck): CachectlError | undefined {
  if (check.minBytes !== undefined && body.length < check.minBytes) {
    return failedCheck('min-bytes', `the answer is smaller than ${formatBytes(check.minBytes)}`);
  }
  if (check.maxBytes !== undefined && body.length > check.maxBytes) {
    return failedCheck('max-bytes', `the answer is larger than ${formatBytes(check.maxBytes)}`);
  }
  return undefined;
}

function headerRefusal({ headers }: Answer, check: PreparedCheck): CachectlError | undefined {
  for (const [name, wanted] of Object.entries(check.headers ?? {})) {
    const found = headers[name];
    if (found === undefined) return failedCheck('header', `the answer has no header ${name}`);
    if (wanted !== '*' && !found.toLowerCase().includes(wanted.toLowerCase())) {
      return failedCheck('header', `the header ${name} of the answer does not contain ${escapeText(wanted)}`);
    }
  }
  return undefined;
}

function bodyRefusal({ body }: Answer, check: PreparedCheck): CachectlError | undefined {
  if (check.matches === undefined && check.jsonPath === undefined) return undefined;
  const text = decodeUtf8(body);
  if (text === undefined) return failedCheck('text', 'the answer is not UTF-8 text');
  if (check.matches !== undefined && !check.matches.test(text)) {
    return failedCheck('matches', `the answer does not match ${escapeText(check.matches.source)}`);
  }
  return check.jsonPath === undefined ? undefined : jsonPathRefusal(text, check.jsonPath);
}

function jsonPathRefusal(
  text: string,
  { text: expression, select }: NonNullable<PreparedCheck['jsonPath']>,
): CachectlError | undefined {
  let found: unknown;
  try {
    found = select(JSON.parse(text.replace(/^\ufeff/, '')) as unknown);
  } catch {
    return failedCheck('json', 'the answer is not JSON that check.json_path can be looked up in');
  }
  // JSONPath gives a list of what it finds, and an empty one for nothing.
  const nothing = found === null || found === undefined || (expression.startsWith('$') && isEmptyList(found));
  return nothing ? failedCheck('json-path', `the answer has no ${escapeText(expression)}`) : undefined;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}

function failedCheck(name: string, message: string): CachectlError {
  return refusal(`check.${name}`, message, KEPT);
}

function refusal(code: string, message: string, hint: string | undefined): CachectlError {
  return new CachectlError(message, { code, exitCode: ExitCode.partial, hint });
}

function statusText(status: number): string {
  const reason = STATUS_CODES[status];
  return reason === undefined ? String(status) : `${status} ${reason}`;
}

function statusHint(status: number): string | undefined {
  if (status === 401 || status === 403) return 'origin.headers can carry an Authorization header';
  if (status === 404) return "check the entry's path and the values of its variables";
  if (status === 429) return 'a lower --concurrency or a --rate asks for less at once';
  if (status >= 500) return "the application's own log says why";
  return undefined;
}
