import { writeFile } from 'node:fs/promises';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import { renderHtml } from './report-html.ts';
import type { WarmReport } from './report.ts';

/**
 * Writes the page; gives why that failed, since the work itself is done and has its report.
 * @param path absolute
 */
export async function writeHtmlReport(
  path: string,
  report: WarmReport,
  nowMs: number,
): Promise<CachectlError | undefined> {
  try {
    await writeFile(path, renderHtml(report, nowMs));
    return undefined;
  } catch (error) {
    const cause = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    return new CachectlError(`the report ${escapeText(path)} cannot be written (${escapeText(cause)})`, {
      code: 'warm.report',
      exitCode: ExitCode.partial,
      hint: '--report takes the path of a file in a folder that is there',
      cause: error,
    });
  }
}
