import { ExitCode } from './exit-code.ts';

/** What every expected failure carries besides its message. */
export interface FailureDetails {
  /** Stable and machine-readable, `area.cause`: `redis.auth`, `config.invalid`. */
  readonly code: string;
  readonly exitCode: ExitCode;
  /** The next thing to try, in one sentence. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/** A failure that cachectl understands: shown as message and hint, never as a stack trace. */
export class CachectlError extends Error {
  override readonly name: string = 'CachectlError';
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;

  constructor(message: string, details: FailureDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = details.code;
    this.exitCode = details.exitCode;
    this.hint = details.hint;
  }
}

/** Wrong flags, arguments or values: exit 2. */
export class UsageError extends CachectlError {
  override readonly name = 'UsageError';

  constructor(message: string, options: { readonly hint?: string | undefined; readonly code?: string } = {}) {
    super(message, { code: options.code ?? 'usage', exitCode: ExitCode.usage, hint: options.hint });
  }
}
