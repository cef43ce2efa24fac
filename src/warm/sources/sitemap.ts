import type { SitemapForeach } from '../../config/foreach.ts';
import { OWN_VARIABLES } from '../../config/foreach.ts';
import { escapeText } from '../../keys/printable.ts';
import { countOf } from '../../units/number.ts';
import { requestUrl } from '../build-target.ts';
import { refusalOf } from '../check-answer.ts';
import { createBind } from './bind.ts';
import { gunzip } from './bytes.ts';
import { sourceFailure } from './failures.ts';
import { SITEMAP_LIMITS, SitemapReader, type SitemapEntry } from './sitemap-reader.ts';
import type { SourceRow, SourceTools, VariableSource } from './source.ts';
import { Spool } from './spool.ts';
import { XmlError } from './xml-reader.ts';

type SitemapTools = Pick<SourceTools, 'ask' | 'baseUrl' | 'warn' | 'signal'>;

/** The standard has one level of index files; a little more is harmless. */
const DEEPEST_INDEX = 4;
/** Of all files together, some 100 MB when kept. */
const MOST_ENTRIES = 1_000_000;

/**
 * Reads a sitemap of the origin and all that its index lists, and keeps the entries by priority: nobody can
 * know the highest one before the last file is read.
 * @throws CachectlError `origin.*` where a file cannot be had, `source.sitemap` where it is none
 */
export async function openSitemapSource(
  foreach: SitemapForeach,
  tools: SitemapTools,
): Promise<VariableSource> {
  const spools = new Map<number, Spool>();
  const walk: Walk = { foreach, tools, visited: new Set(), foreign: [], entries: 0 };
  for await (const { path, entry } of readFile(foreach.path, walk, 0)) {
    const priority = foreach.order === 'priority' ? clampPriority(entry.priority) : 0;
    let spool = spools.get(priority);
    if (spool === undefined) {
      spool = new Spool(OWN_VARIABLES.sitemap);
      spools.set(priority, spool);
    }
    spool.add({ path, ...entry });
    if (++walk.entries > MOST_ENTRIES) throw failure(foreach.path, 'it lists more than a million addresses');
  }
  tellOfForeign(walk);
  const bind = await createBind(foreach.as ?? OWN_VARIABLES.sitemap, {
    what: escapeText(foreach.path),
    principal: 'path',
  });
  const ordered = [...spools].sort(([a], [b]) => b - a).map(([, spool]) => spool);
  return {
    *rows(): Iterable<SourceRow> {
      for (const spool of ordered) for (const record of spool.read()) yield { variables: bind(record) };
    },
  };
}

interface Walk {
  readonly foreach: SitemapForeach;
  readonly tools: SitemapTools;
  readonly visited: Set<string>;
  /** Addresses that are not under the base: the first few. */
  readonly foreign: string[];
  entries: number;
}

interface Located {
  readonly path: string;
  readonly entry: SitemapEntry;
}

async function* readFile(path: string, walk: Walk, depth: number): AsyncGenerator<Located, void, void> {
  const { tools, visited } = walk;
  if (visited.has(path)) return;
  visited.add(path);
  if (depth > DEEPEST_INDEX) throw failure(path, `index files nest more than ${DEEPEST_INDEX} levels deep`);
  tools.signal.throwIfAborted();
  const response = await tools.ask(path);
  const refusal = refusalOf(response);
  if (refusal !== undefined) throw refusal;
  const base = (walk.foreach.base ?? tools.baseUrl).replace(/\/+$/, '');
  const children: string[] = [];
  try {
    const reader = new SitemapReader();
    for await (const text of decoded(response.body)) {
      for (const entry of reader.push(text)) {
        const local = pathUnder(base, entry.loc);
        if (local === undefined) walk.foreign.push(walk.foreign.length < 3 ? entry.loc : '');
        else if (reader.kind === 'sitemapindex') children.push(local);
        else yield { path: local, entry };
      }
    }
    reader.end();
  } catch (error) {
    throw translate(path, error);
  }
  for (const child of children) yield* readFile(child, walk, depth + 1);
}

/** A sitemap's bytes as text, unpacked where they are gzip; never more than the standard's 50 MB. */
async function* decoded(body: Buffer): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const isGzip = body[0] === 0x1f && body[1] === 0x8b;
  let size = 0;
  for await (const piece of isGzip ? gunzip(pieces(body)) : pieces(body)) {
    size += piece.length;
    if (size > SITEMAP_LIMITS.bytes) {
      throw new XmlError('it is larger than 50 MB, the most that the standard allows for one file');
    }
    yield decoder.decode(piece, { stream: true });
  }
  yield decoder.decode();
}

const PIECE_BYTES = 256 * 1024;

// eslint-disable-next-line @typescript-eslint/require-await -- gunzip takes what a stream would give
async function* pieces(body: Buffer): AsyncGenerator<Buffer, void, void> {
  for (let start = 0; start < body.length; start += PIECE_BYTES)
    yield body.subarray(start, start + PIECE_BYTES);
}

/** Path and query of an address, from the base's own path on; `undefined` where it is not under the base. */
export function pathUnder(base: string, address: string): string | undefined {
  if (!URL.canParse(address) || !URL.canParse(base)) return undefined;
  const url = new URL(address);
  const from = new URL(base);
  const prefix = from.pathname.replace(/\/+$/, '');
  if (url.origin !== from.origin || url.username !== '') return undefined;
  if (prefix !== '' && url.pathname !== prefix && !url.pathname.startsWith(`${prefix}/`)) return undefined;
  const path = url.pathname.slice(prefix.length);
  return `${path === '' ? '/' : path}${url.search}`;
}

/** In steps of a hundredth: the standard's numbers have one decimal, and each step has its own list. */
function clampPriority(text: string): number {
  const priority = Number(text);
  return Number.isNaN(priority) ? 50 : Math.round(Math.min(1, Math.max(0, priority)) * 100);
}

function tellOfForeign({ foreign, entries, foreach, tools }: Walk): void {
  if (foreign.length === 0) return;
  const base = foreach.base ?? requestUrl(tools.baseUrl, '/').replace(/\/$/, '');
  const [first = ''] = foreign;
  const what = `${countOf(foreign.length, 'address', 'addresses')} of ${escapeText(foreach.path)} not under ${base}, the first is ${escapeText(first)}`;
  if (entries === 0) {
    throw sourceFailure(
      'source.sitemap',
      `nothing to warm: ${what}`,
      '`base` says what the addresses start with, where the sitemap knows the application by another name',
    );
  }
  tools.warn(what);
}

function translate(path: string, error: unknown): unknown {
  if (error instanceof XmlError) return failure(path, error.message, error);
  const code = (error as NodeJS.ErrnoException).code ?? '';
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') return failure(path, 'it is not text in UTF-8', error);
  if (code.startsWith('Z_')) return failure(path, 'its gzip data are damaged', error);
  return error;
}

function failure(path: string, message: string, cause?: unknown): Error {
  return sourceFailure(
    'source.sitemap',
    `the sitemap ${escapeText(path)} cannot be used: ${escapeText(message)}`,
    'see https://www.sitemaps.org/protocol.html',
    cause,
  );
}
