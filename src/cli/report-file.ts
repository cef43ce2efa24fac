import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { escapeText } from '../keys/printable.ts';
import { CachectlError, UsageError } from './errors.ts';
import { fileCause } from './file-cause.ts';
import { ExitCode } from './exit-code.ts';
import type { Input } from './input.ts';
import { whyUnwritable } from './why-unwritable.ts';

const HINT = '--report takes the path of a file in a folder that is there';

/** The file that `--report` names, absolute; `undefined` where no page is wanted. */
export function parseReportFile(input: Input, cwd: string): string | undefined {
  const name = input.text('report');
  return name === undefined ? undefined : path.resolve(cwd, name);
}

/**
 * Looks whether the report can be written before the work whose report it is begins.
 * @throws UsageError where it cannot
 */
export async function refuseUnwritableReport(file: string | undefined): Promise<void> {
  const cause = file === undefined ? undefined : await whyUnwritable(file);
  if (file !== undefined && cause !== undefined) {
    throw new UsageError(`${unwritable(file, cause)}, and nothing was done`, { hint: HINT });
  }
}

/**
 * Writes what `--report` asks for; gives why that failed, since the work itself is done and has its report.
 * @param file absolute
 * @param command whose report it is
 */
export async function writeReportFile(
  file: string,
  text: string,
  command: string,
): Promise<CachectlError | undefined> {
  try {
    await writeFile(file, text);
    return undefined;
  } catch (error) {
    return new CachectlError(unwritable(file, fileCause(error, 'write')), {
      code: `${command}.report`,
      exitCode: ExitCode.partial,
      hint: HINT,
      cause: error,
    });
  }
}

function unwritable(file: string, cause: string): string {
  return `the report ${escapeText(file)} cannot be written: ${cause}`;
}
