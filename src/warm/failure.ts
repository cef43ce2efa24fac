import type { CachectlError } from '../cli/errors.ts';
import type { EntrySpec } from '../config/spec.ts';

/** One thing that was to be warmed and was not. */
export interface Failure {
  readonly scope: string;
  readonly entry: EntrySpec;
  /** Logical; absent where the failure comes before the key: a source that failed, a value that does not fit. */
  readonly key?: string | undefined;
  /** What was requested, where anything was. */
  readonly url?: string | undefined;
  readonly error: CachectlError;
}
