import { stat, readFile } from 'node:fs/promises';
import path from 'node:path';
import { CachectlError, UsageError } from '../../cli/errors.ts';
import { fileCause } from '../../cli/file-cause.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { escapeText } from '../../keys/printable.ts';
import { formatBytes } from '../../units/bytes.ts';
import { countOf } from '../../units/number.ts';
import { openAccessLogSource } from '../../warm/sources/access-log.ts';
import { readFileBytes } from '../../warm/sources/bytes.ts';
import { parseHar, parseUrlLines, type ListedRequest, type RequestList } from './request-list.ts';

/** What reading a file of requests needs. */
export interface FileTools {
  readonly cwd: string;
  readonly warn: (message: string) => void;
  readonly signal: AbortSignal;
}

/** Different requests of a log, where nothing is said: the rest of a long tail is seldom worth its memory. */
const DEFAULT_LOG_TARGETS = 10_000;
/** HAR files hold whole answers. */
const LARGEST_BYTES = 512 * 1024 * 1024;

/**
 * Reads the requests of a file, whose form is found out: addresses, an access log, or a HAR file.
 * @param most different requests
 * @throws CachectlError where it cannot be read; UsageError where it has none
 */
export async function readRequests(
  file: string,
  most: number | undefined,
  tools: FileTools,
): Promise<readonly ListedRequest[]> {
  const absolute = path.resolve(tools.cwd, file);
  const shown = escapeText(file);
  const size = await sizeOf(absolute, shown);
  const { requests, leftOut } = await readList(absolute, shown, size, most, tools).catch((error: unknown) => {
    // Nothing was sent: what is a part of the work where files are warmed is a wrong command line here.
    if (error instanceof CachectlError && error.exitCode === ExitCode.partial) {
      throw new UsageError(error.message, { hint: error.hint });
    }
    throw error;
  });
  if (leftOut > 0) {
    tools.warn(
      `${shown}: ${countOf(leftOut, 'request')} ${leftOut === 1 ? 'is' : 'are'} no GET, and left out`,
    );
  }
  if (requests.length === 0) {
    throw new UsageError(`${shown} has no requests`, {
      hint: 'it may hold addresses, an access log (Common, Combined, JSON lines) or a HAR file',
    });
  }
  return most === undefined ? requests : requests.slice(0, most);
}

async function readList(
  absolute: string,
  shown: string,
  size: number,
  most: number | undefined,
  tools: FileTools,
): Promise<RequestList> {
  const form = await formOf(absolute, shown, tools.signal);
  return form === 'log' ? readLog(absolute, most, tools) : readWhole(absolute, size, shown, form);
}

async function sizeOf(absolute: string, shown: string): Promise<number> {
  try {
    const found = await stat(absolute);
    if (found.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    return found.size;
  } catch (error) {
    throw new UsageError(`${shown} cannot be read: ${fileCause(error, 'read')}`, {
      hint: '--requests-from takes a file of addresses, an access log or a HAR file',
    });
  }
}

type Form = 'log' | 'har' | 'lines';

async function formOf(absolute: string, shown: string, signal: AbortSignal): Promise<Form> {
  for await (const piece of readFileBytes(absolute, shown, signal)) {
    const head = piece.toString('latin1', 0, 65_536).trimStart();
    if (/^\{\s*"log"\s*:\s*\{/.test(head)) return 'har';
    const line = head.split('\n').find((text) => text.trim() !== '' && !text.startsWith('#')) ?? '';
    return /^(https?:\/\/|\/)/i.test(line.trim()) && !line.includes('"') ? 'lines' : 'log';
  }
  return 'lines';
}

async function readWhole(
  absolute: string,
  size: number,
  shown: string,
  form: 'har' | 'lines',
): Promise<RequestList> {
  if (size > LARGEST_BYTES) {
    throw new CachectlError(`${shown} is larger than ${formatBytes(LARGEST_BYTES)}`, {
      code: 'loadtest.file',
      exitCode: ExitCode.usage,
    });
  }
  const text = await readFile(absolute, 'utf8');
  return form === 'har' ? parseHar(text, shown) : parseUrlLines(text, shown);
}

async function readLog(absolute: string, most: number | undefined, tools: FileTools): Promise<RequestList> {
  const top = most ?? DEFAULT_LOG_TARGETS;
  const source = await openAccessLogSource(
    { from: 'access_log', files: [absolute], query: 'keep', top },
    { folder: tools.cwd, warn: tools.warn, signal: tools.signal },
  );
  const requests: ListedRequest[] = [];
  for await (const { variables, traffic } of source.rows()) {
    requests.push({ target: variables['path'] ?? '/', headers: {}, weight: traffic?.requests });
  }
  return { requests, leftOut: 0 };
}
