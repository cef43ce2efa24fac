import { open } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import path from 'node:path';
import type { Context } from '../cli/context.ts';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { fileCause } from '../cli/file-cause.ts';
import { VERSION } from '../version.ts';
import { escapeText } from '../keys/printable.ts';
import { renderJson } from '../terminal/json.ts';

/** What a line says besides who and when. */
export interface AuditEntry {
  readonly command: string;
  /** As reports name it: name, location, protected. */
  readonly target: Readonly<Record<string, unknown>>;
  readonly selection: Readonly<Record<string, unknown>>;
  /** Numbers of keys, by what became of them. */
  readonly counts: Readonly<Record<string, number>>;
  /** `done`, `dry-run`, `interrupted`, or the code of what broke it off. */
  readonly outcome: string;
}

/** A trail that lines are appended to. */
export interface Audit {
  /** Gives why the line could not be left, since the work itself is done and has its report. */
  readonly write: (entry: AuditEntry) => Promise<CachectlError | undefined>;
}

/**
 * Opens the trail before anything is done: what cannot leave its line is not begun. The flag goes before the
 * spec file's `audit:`, which is relative to the file.
 * @returns `undefined` where no trail is wanted
 * @throws UsageError where it cannot be written
 */
export async function openAudit(flag: string | undefined, context: Context): Promise<Audit | undefined> {
  const { host, spec } = context;
  const ofSpec = spec?.spec.audit;
  const file =
    flag !== undefined
      ? path.resolve(host.cwd, flag)
      : spec !== undefined && ofSpec !== undefined
        ? path.resolve(host.cwd, path.dirname(spec.path), ofSpec)
        : undefined;
  if (file === undefined) return undefined;
  try {
    await (await open(file, 'a', 0o600)).close();
  } catch (error) {
    throw new UsageError(
      `the audit trail ${escapeText(file)} cannot be written, and nothing was done: ${fileCause(error, 'write')}`,
    );
  }
  const startedAtMs = host.clock.now();
  return {
    write: async (entry) => {
      const line = renderJson({
        schema: 'cachectl/audit/v1',
        at: new Date(startedAtMs).toISOString(),
        ended_at: new Date(host.clock.now()).toISOString(),
        user: userName(),
        host: hostname(),
        version: VERSION,
        ...entry,
      });
      try {
        // One write in append mode: lines of runs at the same time do not mix.
        const handle = await open(file, 'a', 0o600);
        try {
          await handle.appendFile(`${line}\n`);
          await handle.sync();
        } finally {
          await handle.close();
        }
        return undefined;
      } catch (error) {
        return new CachectlError(
          `the audit trail ${escapeText(file)} cannot be written: ${fileCause(error, 'write')}`,
          {
            code: 'audit',
            exitCode: ExitCode.partial,
            hint: 'what was done stands in the report alone',
            cause: error,
          },
        );
      }
    },
  };
}

/** A container's user may have no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return 'unknown';
  }
}
