import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';

/** The failures that the client itself decides on. Messages name the host alone: a path may hold a token. */

/** The whole request took longer than it may. */
export function timeoutFailure(host: string, timeoutMs: number): CachectlError {
  return new CachectlError(`the origin at ${host} did not answer within ${formatDurationMs(timeoutMs)}`, {
    code: 'origin.timeout',
    exitCode: ExitCode.unreachable,
    hint: "the entry's timeout or defaults.timeout gives it more; a lower --concurrency makes it faster",
  });
}

/** One part of the answer took longer than it may. */
export function phaseTimeoutFailure(
  host: string,
  phase: 'headers' | 'body',
  timeoutMs: number,
): CachectlError {
  const what = phase === 'headers' ? 'did not begin to answer' : 'did not finish its answer';
  return new CachectlError(`the origin at ${host} ${what} within ${formatDurationMs(timeoutMs)}`, {
    code: 'origin.timeout',
    exitCode: ExitCode.unreachable,
    hint: `defaults.${phase}_timeout gives it more; a lower --concurrency makes it faster`,
  });
}

/** The body is longer than anybody wants to cache. */
export function tooLargeFailure(host: string, maxBodyBytes: number): CachectlError {
  return new CachectlError(
    `the answer of the origin at ${host} is larger than ${formatBytes(maxBodyBytes)}`,
    {
      code: 'origin.too-large',
      exitCode: ExitCode.unreachable,
      hint: 'nothing more of it was read; does the path name what should be cached?',
    },
  );
}

/** @param destination the other origin, without path and query */
export function redirectFailure(host: string, destination: string): CachectlError {
  return new CachectlError(`the origin at ${host} redirects to ${escapeText(destination)}`, {
    code: 'origin.redirect',
    exitCode: ExitCode.unreachable,
    hint: 'redirects are followed on the same origin, and to hosts that origin.allowed_hosts names',
  });
}

/** A chain of redirects that leads nowhere. */
export function redirectLoopFailure(host: string, redirects: number): CachectlError {
  return new CachectlError(`the origin at ${host} redirects more than ${redirects} times`, {
    code: 'origin.redirect',
    exitCode: ExitCode.unreachable,
    hint: 'follow it by hand with curl -L to see where it goes',
  });
}
