import type { CachectlError } from '../cli/errors.ts';

/** How a check ended; `skipped` is one that could not be made, because another one failed. */
export type Status = 'passed' | 'warning' | 'failed' | 'skipped';

/** What one look found, before it has a name. */
export interface Finding {
  readonly status: Status;
  /** What was seen, in a few words. */
  readonly message: string;
  /** The command, or the line of configuration, that mends it. */
  readonly mend?: string | undefined;
}

/** One line of the report. */
export interface Check extends Finding {
  readonly name: string;
  /** Why anybody should care. */
  readonly why: string;
}

/** Every check, in the order of the report, and why it matters. */
export const CHECKS = {
  connection: 'without it nothing else works',
  permissions: 'a command that the user may not use fails in the middle of a deploy',
  'round trip': 'every read of the application waits for it',
  'set and get': 'a cache that takes no writes stays as it is: stale, then empty',
  clock: 'TTLs, backups and logs of two machines only fit together where their clocks agree',
  persistence: 'a server that cannot save stops taking writes, or begins empty after a restart',
  memory: 'without a limit and a policy a cache grows until the machine has no more, or refuses writes',
  fragmentation: 'memory that the server holds and cannot use is missing elsewhere; swapped memory is slow',
  'hit rate': "reads that find nothing cost the round trip and the origin's work as well",
  'keys without TTL': 'they stay for ever: stale data, and memory that never comes back',
  'slow log': 'a slow command makes every other client wait',
  clients: 'at the limit, new connections are refused',
  'big keys': 'reading or deleting one takes long, and everybody waits meanwhile',
  program: 'what runs here',
  'spec file': 'warm, scopes and layouts are read from it',
  origin: 'warm asks it for what is to be stored',
  completion: 'Tab saves typing and mistakes',
} as const;

/** The name of a check. */
export type CheckName = keyof typeof CHECKS;

/** A finding under its name. */
export function check(name: CheckName, finding: Finding): Check {
  return { name, why: CHECKS[name], ...finding };
}

const SEVERITY: readonly Status[] = ['skipped', 'passed', 'warning', 'failed'];

/** Of the findings of several servers the worst, with the server's address where there is more than one. */
export function worst(findings: readonly { readonly address: string; readonly finding: Finding }[]): Finding {
  const [first, ...rest] = findings;
  if (first === undefined) return { status: 'skipped', message: 'no server was asked' };
  const bad = rest.reduce(
    (so, next) => (SEVERITY.indexOf(next.finding.status) > SEVERITY.indexOf(so.finding.status) ? next : so),
    first,
  );
  if (rest.length === 0) return bad.finding;
  return { ...bad.finding, message: `${bad.address}: ${bad.finding.message}` };
}

export const passed = (message: string): Finding => ({ status: 'passed', message });
export const warning = (message: string, mend?: string): Finding => ({ status: 'warning', message, mend });
export const failed = (message: string, mend?: string): Finding => ({ status: 'failed', message, mend });
export const skipped = (message: string): Finding => ({ status: 'skipped', message });

/** What an error says, and what it advises. */
export function withHint({ message, hint }: CachectlError): string {
  return hint === undefined ? message : `${message} (${hint})`;
}
