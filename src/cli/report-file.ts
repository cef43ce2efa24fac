import { writeFile } from 'node:fs/promises';
import { escapeText } from '../keys/printable.ts';
import { CachectlError } from './errors.ts';
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
