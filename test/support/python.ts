import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ensurePackages, systemPython } from './ensure-packages.ts';

/** Asks Debian's own Python; see {@link startPython}. */
export type AskPython = (program: string, text: string) => Promise<unknown>;

/**
 * Debian's own Python with some of its packages. What it gives back carries a program out with a text on stdin, and
 * reads what it prints as JSON; `sys` and `json` are imported already.
 */
export async function startPython(packages: readonly string[] = []): Promise<AskPython> {
  await ensurePackages(['python3', ...packages]);
  const python = await systemPython();
  return async (program, text) => {
    const running = promisify(execFile)(python, ['-c', `import sys, json\n${program}`]);
    running.child.stdin?.end(text);
    return JSON.parse((await running).stdout) as unknown;
  };
}

/**
 * A text as the CSV reader of Python's library reads it, which knows nothing of cachectl: a record a row, by the names
 * in the heading. Fails where a row has more or fewer fields than that.
 */
export async function readCsv(ask: AskPython, text: string): Promise<readonly CsvRecord[]> {
  const rows = (await ask(
    'import csv, io\nprint(json.dumps(list(csv.reader(io.TextIOWrapper(sys.stdin.buffer, "utf-8", newline=""), strict=True))))',
    text,
  )) as readonly (readonly string[])[];
  const [heading = [], ...records] = rows;
  return records.map((row) => {
    if (row.length !== heading.length) throw new Error(`${row.length} fields: ${JSON.stringify(row)}`);
    return Object.fromEntries(heading.map((name, index) => [name, row[index] ?? '']));
  });
}

/** What is in a row, by the heading. */
export type CsvRecord = Readonly<Record<string, string>>;
