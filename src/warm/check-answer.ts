import { STATUS_CODES } from 'node:http';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import type { OriginResponse } from '../origin/types.ts';

/** Why an answer is not stored; `undefined` where nothing speaks against it. Messages name no URL, so that causes group. */
export function refusalOf(
  response: Pick<OriginResponse, 'status' | 'headers' | 'body'>,
): CachectlError | undefined {
  const { status } = response;
  if (status < 200 || status > 299)
    return refusal('origin.status', `the origin answered ${statusText(status)}`, statusHint(status));
  if (response.body.length === 0) {
    const note = status === 200 ? '' : ` (${statusText(status)})`;
    return refusal(
      'origin.empty',
      `empty answer${note}`,
      'an entry without content is not worth its key; check the path',
    );
  }
  const encoding = response.headers['content-encoding'];
  if (encoding !== undefined && !/^(identity)?$/i.test(encoding.trim())) {
    return refusal(
      'origin.encoding',
      `the answer is compressed (${escapeText(encoding)}), although it was asked for as it is`,
      "an application that reads the entry would get compressed bytes; set the entry's Accept-Encoding where it wants them",
    );
  }
  return undefined;
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
  if (status === 429) return 'a lower --concurrency asks for less at once';
  if (status >= 500) return "the application's own log says why";
  return undefined;
}
