import {
  guessFormat,
  type AsSpec,
  type ForeachSpec,
  type InlineRecord,
  type PagesSpec,
  type RedisQuery,
} from './foreach.ts';
import type { SourceFile } from './foreach-schema.ts';
import { listItems, mapEntries, nodeAt, type SourceNode } from './source-tree.ts';

/**
 * The sources of an entry.
 * @param node the same part of the file as a tree: inline values keep the text they were written as
 */
export function buildForeach(
  file: SourceFile | readonly SourceFile[],
  node: SourceNode | undefined,
): readonly ForeachSpec[] {
  if (isList(file)) return file.map((source, index) => buildSource(source, nodeAt(node, [index])));
  return [buildSource(file, node)];
}

function isList(file: SourceFile | readonly SourceFile[]): file is readonly SourceFile[] {
  return Array.isArray(file);
}

function buildSource(file: SourceFile, node: SourceNode | undefined): ForeachSpec {
  switch (file.from) {
    case 'inline':
      return {
        from: 'inline',
        values: listItems(nodeAt(node, ['values'])).map(inlineRecord),
        as: copyAs(file.as),
      };
    case 'range':
      return { from: 'range', start: file.start, end: file.end, step: file.step ?? 1, as: file.as };
    case 'file':
      return {
        from: 'file',
        path: file.path,
        format: file.format ?? guessFormat(file.path),
        ...(file.select !== undefined && { select: file.select }),
        as: copyAs(file.as),
      };
    case 'http':
      return {
        from: 'http',
        path: file.path,
        select: file.select,
        ...(file.pages && { pages: buildPages(file.pages) }),
        ...(file.max_pages !== undefined && { maxPages: file.max_pages }),
        as: copyAs(file.as),
      };
    case 'redis':
      return { from: 'redis', query: redisQuery(file), ...asOf(file) };
    case 'sitemap':
      return {
        from: 'sitemap',
        path: file.path,
        ...(file.base !== undefined && { base: file.base }),
        order: file.order ?? 'priority',
        ...asOf(file),
      };
    case 'access_log':
      return {
        from: 'access_log',
        files: typeof file.files === 'string' ? [file.files] : file.files,
        ...(file.top !== undefined && { top: file.top }),
        query: file.query ?? 'keep',
        ...asOf(file),
      };
  }
}

function buildPages(file: NonNullable<Extract<SourceFile, { from: 'http' }>['pages']>): PagesSpec {
  if (file.next !== undefined) return { kind: 'next', select: file.next };
  if (file.param !== undefined) return { kind: 'param', param: file.param, start: file.start ?? 1 };
  return { kind: 'link_header' };
}

/** The checks have made sure that exactly one of them is given. */
function redisQuery(file: Extract<SourceFile, { from: 'redis' }>): RedisQuery {
  if (file.set !== undefined) return { kind: 'set', key: file.set };
  if (file.sorted_set !== undefined) {
    return { kind: 'sorted_set', key: file.sorted_set, ...(file.top !== undefined && { top: file.top }) };
  }
  if (file.hash !== undefined) return { kind: 'hash', key: file.hash };
  return { kind: 'keys', pattern: file.keys ?? '' };
}

type AsFile = string | readonly string[] | Readonly<Record<string, string>>;

function asOf(file: { readonly as?: AsFile | undefined }): { readonly as?: AsSpec } {
  return file.as === undefined ? {} : { as: copyAs(file.as) };
}

function copyAs(as: AsFile): AsSpec {
  if (typeof as === 'string' || Array.isArray(as)) return as;
  return withoutPrototype(Object.entries(as));
}

function inlineRecord(node: SourceNode): InlineRecord {
  if (node.kind === 'scalar') return node.text;
  if (node.kind === 'list') return node.items.map((item) => (item.kind === 'scalar' ? item.text : ''));
  return withoutPrototype(
    mapEntries(node).map(([name, entry]) => [name, entry.node.kind === 'scalar' ? entry.node.text : '']),
  );
}

function withoutPrototype(
  entries: readonly (readonly [name: string, value: string])[],
): Readonly<Record<string, string>> {
  const record = Object.create(null) as Record<string, string>;
  for (const [name, value] of entries) record[name] = value;
  return record;
}
