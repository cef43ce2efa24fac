import { appendFile } from 'node:fs/promises';
import path from 'node:path';
import { fileCause } from './file-cause.ts';
import type { Context } from './context.ts';

/** More than this many of one kind GitHub does not show. Source: docs.github.com, "Workflow commands". */
const MOST_ANNOTATIONS = 10;

/** A remark that GitHub shows beside the run, and at the line of a file where it has one. */
export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice';
  readonly title: string;
  readonly message: string;
  /** The path as it is shown elsewhere: absolute or relative to the working directory. */
  readonly at?: { readonly path: string; readonly line: number };
}

/** What a run tells GitHub Actions beside its report. */
export interface GithubReport {
  readonly annotations: readonly Annotation[];
  /** Markdown for the job's summary page. */
  readonly summary?: string;
}

/**
 * Writes annotations to stderr and adds to the file of the job's summary, where this runs under GitHub
 * Actions; elsewhere nothing is made. A summary that cannot be written is a warning.
 */
export async function tellGithub(
  { host, messages }: Pick<Context, 'host' | 'messages'>,
  report: () => GithubReport,
): Promise<void> {
  if (host.env['GITHUB_ACTIONS'] !== 'true') return;
  const { annotations, summary } = report();
  for (const line of annotationLines(annotations, (file) => repositoryPath(file, host)))
    host.stderr.write(`${line}\n`);
  const file = host.env['GITHUB_STEP_SUMMARY'];
  if (summary === undefined || file === undefined || file === '') return;
  try {
    await appendFile(file, `${summary}\n\n`);
  } catch (error) {
    messages.warn(`the job summary cannot be written: ${fileCause(error, 'write')}`);
  }
}

/** GitHub looks files up from the root of the repository, whatever folder a step works in. */
function repositoryPath(file: string, { cwd, env }: Pick<Context['host'], 'cwd' | 'env'>): string {
  const root = env['GITHUB_WORKSPACE'];
  const absolute = path.resolve(cwd, file);
  const relative = path.relative(root === undefined || root === '' ? cwd : root, absolute);
  const isInside = relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
  return (isInside ? relative : absolute).replaceAll(path.sep, '/');
}

function annotationLines(
  annotations: readonly Annotation[],
  fileOf: (shown: string) => string,
): readonly string[] {
  const counts = new Map<string, number>();
  return annotations.flatMap((annotation) => {
    const count = (counts.get(annotation.level) ?? 0) + 1;
    counts.set(annotation.level, count);
    return count > MOST_ANNOTATIONS ? [] : [annotationLine(annotation, fileOf)];
  });
}

function annotationLine(
  { level, title, message, at }: Annotation,
  fileOf: (shown: string) => string,
): string {
  const place = at === undefined ? '' : `file=${property(fileOf(at.path))},line=${at.line},`;
  return `::${level} ${place}title=${property(title)}::${data(message)}`;
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
