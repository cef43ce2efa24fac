import type { AccessLogForeach } from '../../config/foreach.ts';
import { escapeText } from '../../keys/printable.ts';
import { countOf, formatCount } from '../../units/number.ts';
import { createBind } from './bind.ts';
import { readFileBytes } from './bytes.ts';
import { sourceFailure } from './failures.ts';
import { expandGlob } from './file-glob.ts';
import { LogScanner } from './log-scanner.ts';
import { PathCounts } from './path-counts.ts';
import type { SourceRow, SourceTools, TrafficTotal, VariableSource } from './source.ts';

type LogTools = Pick<SourceTools, 'folder' | 'warn' | 'signal' | 'onBytes'>;

/**
 * Reads access logs and gives their paths, the most requested first. All of the logs are read here, once;
 * memory is bounded as {@link PathCounts} says.
 * @throws CachectlError `source.file` where a log cannot be read, `source.log` where none is there or no line
 * is in a known form
 */
export async function openAccessLogSource(
  foreach: AccessLogForeach,
  tools: LogTools,
): Promise<VariableSource> {
  const counts = new PathCounts();
  const scanner = new LogScanner(counts, foreach.query);
  for (const file of await logFiles(foreach, tools)) {
    for await (const piece of readFileBytes(file, file, tools.signal)) {
      scanner.push(piece);
      tools.onBytes?.(piece.length);
    }
    scanner.end();
  }
  const names = foreach.files.map((name) => escapeText(name)).join(', ');
  const top = foreach.top ?? Number.POSITIVE_INFINITY;
  counts.finish(top);
  warnOfLoss(names, scanner, counts, tools);
  const total: TrafficTotal = { requests: scanner.requests };
  const bind = await createBind(foreach.as ?? ['path', 'count'], { what: names, principal: 'path' });
  return {
    *rows(): Iterable<SourceRow> {
      let index = 0;
      for (const { path, requests } of counts.ranked(top)) {
        const variables = bind({ path, count: String(requests) });
        yield { variables, traffic: { total, index: index++, requests } };
      }
    },
  };
}

async function logFiles(foreach: AccessLogForeach, tools: LogTools): Promise<readonly string[]> {
  const files: string[] = [];
  for (const pattern of foreach.files) files.push(...(await expandGlob(pattern, tools.folder)));
  if (files.length > 0) return [...new Set(files)];
  throw sourceFailure(
    'source.log',
    `no file matches ${foreach.files.map((name) => escapeText(name)).join(', ')}`,
    'paths are relative to the spec file',
  );
}

function warnOfLoss(names: string, scanner: LogScanner, counts: PathCounts, tools: LogTools): void {
  const { lines, unreadable } = scanner;
  if (unreadable > 0 && unreadable === lines) {
    throw sourceFailure(
      'source.log',
      `no line of ${names} is in Common, Combined or JSON form`,
      'a line is like: 203.0.113.7 - - [20/Nov/2026:19:53:47 +0000] "GET /path HTTP/1.1" 200 5123',
    );
  }
  if (unreadable > 0) {
    tools.warn(
      `${formatCount(unreadable)} of ${countOf(lines, 'line')} of ${names} ${unreadable === 1 ? 'is' : 'are'} in no known form`,
    );
  }
  if (counts.uncertainty > 0) {
    tools.warn(
      `${names} has more different paths than are counted exactly: a count may be too low by up to ` +
        `${formatCount(counts.uncertainty)}; a query rule (drop, or a list of parameters) leaves fewer`,
    );
  }
}
