import { UsageError } from '../../cli/errors.ts';
import { escapeText } from '../../keys/printable.ts';

/** A request that a file names. */
export interface ListedRequest {
  /** Absolute, or a path. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly weight: number | undefined;
}

/** What a file of requests gives. */
export interface RequestList {
  readonly requests: readonly ListedRequest[];
  /** Requests that are none for a load test, such as POST. */
  readonly leftOut: number;
}

/**
 * Addresses or paths, one a line, and behind a blank how often, beside 1: `/api/products 3`. Empty lines and
 * lines that start with `#` are skipped.
 * @throws UsageError naming the line that is neither
 */
export function parseUrlLines(text: string, file: string): RequestList {
  const requests = text.split('\n').flatMap((line, index): ListedRequest[] => {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return [];
    const [, target, weight] = /^(https?:\/\/\S+|\/\S*)(?:\s+(\d+(?:\.\d+)?))?$/i.exec(trimmed) ?? [];
    if (target === undefined) {
      throw new UsageError(`${file}:${index + 1} is no address: ${escapeText(trimmed.slice(0, 80))}`, {
        hint: 'a line is http://host/path or /path, and behind a blank a weight',
      });
    }
    return [{ target, headers: {}, weight: weight === undefined ? undefined : Number(weight) }];
  });
  return { requests, leftOut: 0 };
}

/** Headers that belong to one connection, or that HTTP/2 has in place of a request line. */
const NOT_KEPT =
  /^(:.*|host|connection|content-length|transfer-encoding|keep-alive|te|upgrade|expect|proxy-.*)$/i;

/**
 * The GET requests of a HAR file (HTTP Archive 1.2), each as often as it stands there, with its headers.
 * @throws UsageError where it is none
 */
export function parseHar(text: string, file: string): RequestList {
  const entries = harEntries(text);
  if (entries === undefined) {
    throw new UsageError(`${file} is no HAR file`, {
      hint: 'a HAR file is what a browser\'s network panel saves as "HAR with content"',
    });
  }
  const counted = new Map<string, { request: ListedRequest; count: number }>();
  let leftOut = 0;
  for (const entry of entries) {
    const request = readHarRequest(entry);
    if (request === undefined) {
      leftOut++;
      continue;
    }
    const id = JSON.stringify([request.target, request.headers]);
    const known = counted.get(id);
    if (known === undefined) counted.set(id, { request, count: 1 });
    else known.count++;
  }
  return {
    requests: Array.from(counted.values(), ({ request, count }) => ({ ...request, weight: count })),
    leftOut,
  };
}

function harEntries(text: string): readonly unknown[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const entries = fieldOf(fieldOf(document, 'log'), 'entries');
  return Array.isArray(entries) ? entries : undefined;
}

function readHarRequest(entry: unknown): ListedRequest | undefined {
  const request = fieldOf(entry, 'request');
  const url = fieldOf(request, 'url');
  if (fieldOf(request, 'method') !== 'GET' || typeof url !== 'string' || !/^https?:\/\//i.test(url)) {
    return undefined;
  }
  const list = fieldOf(request, 'headers');
  const headers = (Array.isArray(list) ? (list as readonly unknown[]) : []).flatMap(
    (header): [string, string][] => {
      const [name, value] = [fieldOf(header, 'name'), fieldOf(header, 'value')];
      return typeof name === 'string' && typeof value === 'string' && !NOT_KEPT.test(name)
        ? [[name, value]]
        : [];
    },
  );
  return { target: url, headers: Object.fromEntries(headers), weight: undefined };
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
