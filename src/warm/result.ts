import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { NotShareable } from '../origin/freshness.ts';

/** What became of a target that did not fail. */
export type Filled =
  | { readonly kind: 'stored'; readonly bytes: number; readonly requestMs: number; readonly ttlMs: number }
  /** Its TTL was renewed, and nothing else: the origin answered 304, or with the same body. */
  | { readonly kind: 'revalidated'; readonly requestMs: number; readonly ttlMs: number }
  /** It had life enough left, and was not requested. */
  | { readonly kind: 'fresh' }
  | { readonly kind: 'touched'; readonly requestMs: number; readonly proof: Proof };

/**
 * What is known of the application's own entry: `verified` that it is there, `none` that nobody asked for it,
 * `pending` that it is looked for later.
 */
export type Proof = 'verified' | 'none' | 'pending';

/** An answer that is meant for one visitor, and so was not stored. */
export class RefusedAnswer extends CachectlError {
  override readonly name = 'RefusedAnswer';

  constructor(reason: NotShareable) {
    super(`the answer ${reason.says}`, {
      code: `refused.${reason.code}`,
      exitCode: ExitCode.partial,
      hint: 'what is meant for one visitor is not stored for all; allow_private: true stores it nevertheless',
    });
  }
}
