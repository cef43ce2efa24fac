import type { ConnectionLog } from './connection-log.ts';

/** What a node needs besides its connection. */
export interface NodeTools {
  /** The longest wait for a reply. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  readonly log: ConnectionLog;
}
