import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CACHE_TERMS, GROUP_TERMS } from '../assertions/cache-terms.ts';
import type { Reading } from '../assertions/verdict.ts';
import type { MetricTerm, NamedMetric } from '../assertions/vocabulary.ts';
import type { JsonDocument } from '../cli/command.ts';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { fileCause } from '../cli/file-cause.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { whyUnwritable } from '../cli/why-unwritable.ts';
import { escapeText } from '../keys/printable.ts';
import { renderJson } from '../terminal/json.ts';

/** A report that was saved: an earlier measurement to compare with. */
export interface SavedStats {
  /** As it was named. */
  readonly path: string;
  readonly target: string;
  /** ISO 8601. */
  readonly at: string;
  /** When its keys were counted, in milliseconds since the epoch. */
  readonly endedAt: number;
  /** Metrics by the name of their field. */
  readonly values: ReadonlyMap<string, number | null>;
  readonly groups: ReadonlyMap<string, SavedGroup> | undefined;
  /** Keys in no group. */
  readonly ungrouped: SavedGroup | undefined;
  /** By address: the process that answered, and what it had counted since it started. */
  readonly servers: readonly SavedServer[];
}

/** What was saved of one group. */
export interface SavedGroup {
  readonly values: ReadonlyMap<string, number | null>;
  /** When keys would run out: see expiries.ts. */
  readonly expiries: ReadonlyMap<number, number>;
}

/** What was saved of one server. */
export interface SavedServer {
  readonly address: string;
  readonly runId: string | null;
  readonly expired: number | null;
  readonly evicted: number | null;
}

/** Looks whether `--save` can write before anything is measured. @throws UsageError where it cannot */
export async function refuseUnwritable(file: string, cwd: string): Promise<void> {
  const cause = await whyUnwritable(path.resolve(cwd, file));
  if (cause !== undefined) throw new UsageError(`--save ${escapeText(file)} cannot be written: ${cause}`);
}

/** Writes a report to a file; gives why that failed, since there is a report to be printed nevertheless. */
export async function saveStats(
  file: string,
  cwd: string,
  document: JsonDocument,
): Promise<CachectlError | undefined> {
  try {
    await writeFile(path.resolve(cwd, file), `${renderJson(document, 2)}\n`);
    return undefined;
  } catch (error) {
    return new CachectlError(`${escapeText(file)} cannot be written: ${fileCause(error, 'write')}`, {
      code: 'stats.save',
      exitCode: ExitCode.partial,
      cause: error,
    });
  }
}

/** Reads what `stats --save` or `stats --json` wrote. @throws UsageError where it cannot be read, or is something else */
export async function readSavedStats(file: string, cwd: string): Promise<SavedStats> {
  const name = escapeText(file);
  let text: string;
  try {
    text = await readFile(path.resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new UsageError(`${name} cannot be read: ${fileCause(error, 'read')}`, {
      hint: 'cachectl stats --save FILE writes one',
    });
  }
  const document = parseObject(text);
  if (document?.['schema'] !== 'cachectl/stats/v1') {
    throw new UsageError(`${name} is no saved report of stats`, {
      hint: 'cachectl stats --save FILE writes one',
    });
  }
  const groups = list(document['groups']).map((group) => [group['group'], savedGroup(group)] as const);
  return {
    path: file,
    target: typeof document['target'] === 'string' ? document['target'] : '',
    at: typeof document['at'] === 'string' ? document['at'] : '',
    endedAt: Date.parse(String(document['at'])) + (number(document['elapsed_ms']) ?? 0),
    values: valuesOf(document, CACHE_TERMS),
    groups: Array.isArray(document['groups'])
      ? new Map(groups.flatMap(([group, saved]) => (typeof group === 'string' ? [[group, saved]] : [])))
      : undefined,
    ungrouped: groups.find(([group]) => group === null)?.[1],
    servers: list(document['since_start']).map((server) => ({
      address: String(server['address']),
      runId: typeof server['run_id'] === 'string' ? server['run_id'] : null,
      expired: number(server['expired']),
      evicted: number(server['evicted']),
    })),
  };
}

/** What an assertion finds in it. */
export function readSavedMetric({ values, groups }: SavedStats, metric: NamedMetric): Reading {
  const field = metric.jsonName ?? metric.name;
  const found = metric.group === undefined ? values : groups?.get(metric.group)?.values;
  return { value: found?.get(field) ?? null, absent: 'not in the saved report' };
}

function savedGroup(group: Readonly<Record<string, unknown>>): SavedGroup {
  const expiries = isObject(group['expiring_within_seconds']) ? group['expiring_within_seconds'] : {};
  return {
    values: valuesOf(group, GROUP_TERMS),
    expiries: new Map(Object.entries(expiries).map(([bound, keys]) => [Number(bound), number(keys) ?? 0])),
  };
}

function valuesOf(
  document: Readonly<Record<string, unknown>>,
  terms: readonly MetricTerm[],
): ReadonlyMap<string, number | null> {
  return new Map(terms.map(({ name, jsonName = name }) => [jsonName, number(document[jsonName])] as const));
}

function number(value: unknown): number | null {
  return typeof value === 'number' ? value : null;
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
