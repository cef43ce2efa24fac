import path from 'node:path';
import type { FileForeach } from '../../config/foreach.ts';
import { escapeText } from '../../keys/printable.ts';
import { formatBytes } from '../../units/bytes.ts';
import { createBind, type Bind } from './bind.ts';
import { readBytes, readFileBytes } from './bytes.ts';
import { CsvReader } from './csv-reader.ts';
import { sourceFailure } from './failures.ts';
import { createSelect, parseJson } from './json-records.ts';
import { textLines } from './lines.ts';
import type { SourceRow, SourceTools, VariableSource, Variables } from './source.ts';
import { spooledSource, variableNames } from './spool.ts';

/** A JSON file is read as a whole. */
const MAX_JSON_BYTES = 64 * 1024 * 1024;

type FileTools = Pick<SourceTools, 'folder' | 'stdin' | 'signal'>;

/**
 * Opens a file of records; it is read anew for each walk, a piece at a time. Stdin is read once and kept.
 * @throws CachectlError `source.*` here where `as` cannot be prepared, otherwise while it is walked
 */
export async function openFileSource(foreach: FileForeach, tools: FileTools): Promise<VariableSource> {
  const isStdin = foreach.path === '-';
  const shown = isStdin ? 'stdin' : foreach.path;
  const bind = await createBind(foreach.as, { what: escapeText(shown) });
  const bytes = isStdin
    ? () => readBytes(tools.stdin, shown, tools.signal)
    : () => readFileBytes(path.resolve(tools.folder, foreach.path), shown, tools.signal);
  const variables = (): AsyncGenerator<Variables, void, void> =>
    bindAll(records(foreach, bytes(), shown), bind);
  if (isStdin) return spooledSource(variableNames(foreach.as), variables());
  if (foreach.format === 'json') return spooledSource(variableNames(foreach.as), variables());
  return {
    async *rows(): AsyncIterable<SourceRow> {
      for await (const values of variables()) yield { variables: values };
    },
  };
}

async function* bindAll(from: AsyncIterable<unknown>, bind: Bind): AsyncGenerator<Variables, void, void> {
  for await (const record of from) yield bind(record);
}

function records(foreach: FileForeach, bytes: AsyncIterable<Buffer>, shown: string): AsyncIterable<unknown> {
  switch (foreach.format) {
    case 'lines':
      return textLines(bytes, shown);
    case 'ndjson':
      return jsonLines(bytes, shown);
    case 'csv':
      return csvRecords(bytes, shown);
    case 'json':
      return jsonRecords(bytes, shown, foreach.select);
  }
}

async function* jsonLines(bytes: AsyncIterable<Buffer>, shown: string): AsyncGenerator<unknown, void, void> {
  let number = 0;
  for await (const line of textLines(bytes, shown)) {
    number++;
    yield parseLine(line, number, shown);
  }
}

function parseLine(line: string, number: number, shown: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    throw sourceFailure(
      'source.json',
      `record ${number} of ${escapeText(shown)} is not JSON`,
      'NDJSON has one JSON document on each line; say `format` where it is something else',
    );
  }
}

async function* csvRecords(bytes: AsyncIterable<Buffer>, shown: string): AsyncGenerator<unknown, void, void> {
  const reader = new CsvReader();
  let header: readonly string[] | undefined;
  const toRecord = (row: readonly string[]): Readonly<Record<string, string>> | undefined => {
    if (header === undefined) {
      header = row.map((name) => name.trim());
      return undefined;
    }
    if (row.length !== header.length) {
      throw sourceFailure(
        'source.csv',
        `line ${reader.line} of ${escapeText(shown)} has ${row.length} fields, and its header ${header.length}`,
        'fields with a comma in them stand in double quotes',
      );
    }
    return Object.fromEntries(header.map((name, index) => [name, row[index] ?? '']));
  };
  for await (const text of decoded(bytes, shown)) {
    for (const row of reader.push(text)) {
      const record = toRecord(row);
      if (record !== undefined) yield record;
    }
  }
  const last = reader.end();
  const record = last === undefined ? undefined : toRecord(last);
  if (record !== undefined) yield record;
}

async function* decoded(bytes: AsyncIterable<Buffer>, shown: string): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    for await (const piece of bytes) yield decoder.decode(piece, { stream: true });
    yield decoder.decode();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error;
    throw sourceFailure(
      'source.text',
      `${escapeText(shown)} is not text in UTF-8`,
      'convert the file, for example with iconv',
    );
  }
}

async function* jsonRecords(
  bytes: AsyncIterable<Buffer>,
  shown: string,
  expression: string | undefined,
): AsyncGenerator<unknown, void, void> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of bytes) {
    size += piece.length;
    if (size > MAX_JSON_BYTES) {
      throw sourceFailure(
        'source.too-large',
        `${escapeText(shown)} is larger than ${formatBytes(MAX_JSON_BYTES)}, the most that is read of a JSON file`,
        'NDJSON, one document on each line, has no such limit: jq -c ".[]"',
      );
    }
    pieces.push(Buffer.from(piece));
  }
  const document = parseJson(Buffer.concat(pieces), 'file');
  const select = await createSelect(expression ?? '@', `${escapeText(shown)}`);
  yield* select(document);
}
