import { escapeText } from '../keys/printable.ts';

/** Why files cannot be opened, by the codes of errno(3) that people meet. */
const CAUSES: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is no folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'no space left on the device',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'its name is too long',
};

/**
 * Why a file could not be read or written, in words that follow a colon: `it does not exist`.
 * Node's own message, which names the system call and the whole path again, stands in (escaped) only for codes
 * that are not known here.
 */
export function fileCause(error: unknown, doing: 'read' | 'write'): string {
  const code = (error as Partial<NodeJS.ErrnoException> | undefined)?.code ?? '';
  // Nothing is written into a folder that is not there; the file itself would have been made.
  if (code === 'ENOENT') return doing === 'read' ? 'it does not exist' : 'its folder does not exist';
  const known = CAUSES[code];
  if (known !== undefined) return known;
  return escapeText(error instanceof Error && error.message !== '' ? error.message : code || 'unknown');
}
