import { createHash } from 'node:crypto';
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { isNotModified } from './conditional.ts';

/** A successful answer, before it is known whether the client has it already. */
export interface Page {
  readonly contentType: string;
  readonly body: string;
  /** ISO time of the latest change of what the page shows. */
  readonly lastModified: string;
  /** Seconds that caches may keep the page; undefined forbids it. */
  readonly maxAgeSeconds: number | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a request did wrong; thrown by handlers, shown as JSON. */
export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/** A page of compact JSON. */
export function jsonPage(value: unknown, lastModified: string, maxAgeSeconds: number | undefined): Page {
  return { contentType: 'application/json', body: JSON.stringify(value), lastModified, maxAgeSeconds };
}

/** Sends the page, or 304 without a body where the request's conditions say that the client has it. */
export function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  page: Page,
  queryCount: number,
): void {
  const body = Buffer.from(page.body);
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  const always: OutgoingHttpHeaders = {
    ...page.headers,
    'Cache-Control': page.maxAgeSeconds === undefined ? 'no-store' : `public, max-age=${page.maxAgeSeconds}`,
    ETag: etag,
    'Last-Modified': new Date(page.lastModified).toUTCString(),
    'X-DB-Queries': queryCount,
  };
  if (isNotModified(request.headers, etag, page.lastModified)) {
    response.writeHead(304, always).end();
    return;
  }
  response.writeHead(200, { ...always, 'Content-Type': page.contentType, 'Content-Length': body.byteLength });
  response.end(request.method === 'HEAD' ? undefined : body);
}

/** Sends `{"error": {"status", "message"}}`; no cache keeps it. */
export function sendProblem(
  request: IncomingMessage,
  response: ServerResponse,
  problem: HttpProblem,
  queryCount: number,
): void {
  const body = Buffer.from(JSON.stringify({ error: { status: problem.status, message: problem.message } }));
  response.writeHead(problem.status, {
    ...problem.headers,
    'Cache-Control': 'no-store',
    'Content-Type': 'application/json',
    'Content-Length': body.byteLength,
    'X-DB-Queries': queryCount,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}
