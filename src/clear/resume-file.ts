import { constants } from 'node:fs';
import { access, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { escapeText } from '../keys/printable.ts';
import { identityDifference, type Identity } from '../redis/identity.ts';

const SCHEMA = 'cachectl/clear-resume/v1';

/** Where an interrupted run stood. */
export interface ResumePoint {
  readonly identity: Identity;
  /** What the keys are chosen by; another choice cannot go on from here. */
  readonly selection: Readonly<Record<string, unknown>>;
  /** SCAN cursors by address; they are 64-bit numbers, and so stay text. */
  readonly cursors: ReadonlyMap<string, string>;
}

/** Where a run may go on from. */
export type Resume =
  | { readonly kind: 'start' }
  /** The saved place means nothing to the servers as they are now. */
  | { readonly kind: 'start-over'; readonly because: string }
  | { readonly kind: 'continue'; readonly cursors: ReadonlyMap<string, string> };

/**
 * Reads a saved place; no file is a run from the start. A cursor means something only to the very server that
 * gave it, so that after a restart the walk starts over, which removes nothing twice.
 * @throws UsageError where the file is none of ours, was saved for another selection, or could not be made later
 */
export async function readResumeFile(
  file: string,
  now: Pick<ResumePoint, 'identity' | 'selection'>,
): Promise<Resume> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') {
      await requireFolder(file);
      return { kind: 'start' };
    }
    throw new UsageError(`the place in ${escapeText(file)} cannot be read: ${fileCause(error, 'read')}`);
  }
  const saved = parseResume(text);
  if (saved === undefined)
    throw new UsageError(`${escapeText(file)} is no place that cachectl clear has saved`);
  if (JSON.stringify(saved.selection) !== JSON.stringify(now.selection)) {
    throw new UsageError(`the place in ${escapeText(file)} belongs to another selection`, {
      hint: 'give the same keys, patterns and conditions as before, or remove the file',
    });
  }
  const because = identityDifference(saved.identity, now.identity);
  return because === undefined
    ? { kind: 'continue', cursors: saved.cursors }
    : { kind: 'start-over', because };
}

/** Saves a place; the file is whole or the old one. */
export async function writeResumeFile(file: string, point: ResumePoint): Promise<void> {
  const document = {
    schema: SCHEMA,
    identity: point.identity,
    selection: point.selection,
    cursors: Object.fromEntries(point.cursors),
  };
  await writeFile(`${file}.part`, `${JSON.stringify(document)}\n`, { mode: 0o600 });
  await rename(`${file}.part`, file);
}

/** A run that came to its end leaves none. */
export async function removeResumeFile(file: string): Promise<void> {
  await rm(file, { force: true });
}

/** A place that cannot be saved is better known before anything is removed than when a run is interrupted. */
async function requireFolder(file: string): Promise<void> {
  try {
    await access(path.dirname(file), constants.W_OK);
  } catch (error) {
    throw new UsageError(`the place in ${escapeText(file)} cannot be saved: ${fileCause(error, 'write')}`);
  }
}

function parseResume(text: string): ResumePoint | undefined {
  try {
    const document = JSON.parse(text) as Partial<Record<string, unknown>>;
    const { schema, identity, selection, cursors } = document;
    if (schema !== SCHEMA || typeof cursors !== 'object' || cursors === null) return undefined;
    return {
      identity: identity as Identity,
      selection: selection as ResumePoint['selection'],
      cursors: new Map(Object.entries(cursors).map(([address, cursor]) => [address, String(cursor)])),
    };
  } catch {
    return undefined;
  }
}
