import { constants } from 'node:fs';
import { access, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { escapeText } from '../keys/printable.ts';
import { CachectlError, UsageError } from './errors.ts';
import { fileCause } from './file-cause.ts';
import { ExitCode } from './exit-code.ts';

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
    return new CachectlError(
      `the report ${escapeText(file)} cannot be written: ${fileCause(error, 'write')}`,
      {
        code: `${command}.report`,
        exitCode: ExitCode.partial,
        hint: '--report takes the path of a file in a folder that is there',
        cause: error,
      },
    );
  }
}

/**
 * Refuses a file that could not be written at the end, before work begins whose result it is to hold.
 * @param flag without dashes
 * @param file as it was named
 * @throws UsageError
 */
export async function requireWritable(flag: string, file: string, cwd: string): Promise<void> {
  const absolute = path.resolve(cwd, file);
  try {
    const found = await stat(absolute).catch(() => undefined);
    if (found?.isDirectory() === true) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    await access(found === undefined ? path.dirname(absolute) : absolute, constants.W_OK);
  } catch (error) {
    throw new UsageError(`--${flag}: ${escapeText(file)} cannot be written: ${fileCause(error, 'write')}`);
  }
}
