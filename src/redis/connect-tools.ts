import type { ConnectionLog } from './connection-log.ts';
import type { PasswordContext } from './credentials.ts';

/** What opening a connection may use. */
export interface ConnectTools {
  readonly signal: AbortSignal;
  readonly log: ConnectionLog;
  /** For passwords that come from a file, a command or a person. */
  readonly secrets: PasswordContext;
  /** Milliseconds, never going back. */
  readonly now: () => number;
}
