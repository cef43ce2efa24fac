import { access, constants, stat } from 'node:fs/promises';
import path from 'node:path';
import { fileCause } from './file-cause.ts';

/**
 * Why a file cannot be written, or made, as far as that can be told without touching it; in words that follow a
 * colon. `undefined` where nothing speaks against it.
 * @param file absolute
 */
export async function whyUnwritable(file: string): Promise<string | undefined> {
  try {
    const found = await stat(file).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (found?.isDirectory() === true) return fileCause({ code: 'EISDIR' }, 'write');
    await access(found === undefined ? path.dirname(file) : file, constants.W_OK);
    return undefined;
  } catch (error) {
    return fileCause(error, 'write');
  }
}
