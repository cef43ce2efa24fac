import type { JsonDocument, ReportViews } from '../cli/command.ts';
import { escapeText, keyJson } from '../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../terminal/csv.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatCount } from '../units/number.ts';
import type { VersionCount } from './census.ts';
import type { CounterState } from './counter.ts';
import type { NamespaceForm } from './form.ts';

/** One namespace as `namespace list` shows it. */
export interface ListedNamespace {
  readonly form: NamespaceForm;
  readonly counter: CounterState;
  /** Those with keys, the newest first. */
  readonly versions: readonly VersionCount[];
}

interface ListReport {
  readonly target: { readonly name: string; readonly location: string };
  readonly namespaces: readonly ListedNamespace[];
  readonly interrupted: boolean;
}

/**
 * What a version is: `current` is what readers read; `open` was handed out to be filled, and is being filled or
 * was left half-filled; `newer` is above the current one, because somebody went back.
 */
type VersionState = 'current' | 'old' | 'newer' | 'open';

/** What a version of a counter in this state is. */
function stateOf(version: number, counter: CounterState): VersionState {
  if (version === counter.version) return 'current';
  if (counter.open.has(version)) return 'open';
  return version < counter.version ? 'old' : 'newer';
}

const COLUMNS: readonly Column[] = [
  { title: 'namespace', flexible: true },
  { title: 'version', align: 'right' },
  { title: 'state' },
  { title: 'keys', align: 'right' },
  { title: 'memory', align: 'right' },
];

/** All forms of the list. */
export function listViews(report: ListReport): ReportViews {
  const rows = report.namespaces.flatMap(({ form, counter, versions }) =>
    shownVersions(counter, versions).map(({ version, keys, memoryBytes, sampled }) => [
      escapeText(form.spec.name),
      String(version),
      stateOf(version, counter),
      formatCount(keys),
      memoryBytes === undefined ? '' : `${sampled < keys ? '~' : ''}${formatBytes(memoryBytes)}`,
    ]),
  );
  const titles = COLUMNS.map(({ title }) => title);
  return {
    table: (terminal) =>
      report.namespaces.length === 0
        ? 'No namespaces: they are defined in the spec file, under namespaces'
        : renderTable(COLUMNS, rows, terminal),
    json: () => listJson(report),
    csv: () =>
      renderCsv(
        ['namespace', 'version', 'state', 'keys', 'memory_bytes'],
        report.namespaces.flatMap(({ form, counter, versions }) =>
          shownVersions(counter, versions).map(({ version, keys, memoryBytes }) => [
            form.spec.name,
            version,
            stateOf(version, counter),
            keys,
            memoryBytes ?? null,
          ]),
        ),
      ),
    markdown: () =>
      renderMarkdownTable(
        titles,
        rows,
        COLUMNS.map(({ align }) => align ?? 'left'),
      ),
  };
}

/** The current version is shown also where it has no keys. */
function shownVersions(counter: CounterState, versions: readonly VersionCount[]): readonly VersionCount[] {
  if (versions.some(({ version }) => version === counter.version)) return versions;
  const current = { version: counter.version, keys: 0, memoryBytes: undefined, sampled: 0 };
  return [...versions, current].sort((a, b) => b.version - a.version);
}

function listJson({ target, namespaces, interrupted }: ListReport): JsonDocument {
  return {
    schema: 'cachectl/namespace-list/v1',
    target,
    namespaces: namespaces.map(({ form, counter, versions }) => ({
      namespace: form.spec.name,
      version: counter.version,
      counter: { ...keyJson(form.counter), exists: counter.exists },
      counter_ttl_seconds: counter.expiresInMs === undefined ? null : counter.expiresInMs / 1_000,
      versions: shownVersions(counter, versions).map(({ version, keys, memoryBytes, sampled }) => ({
        version,
        state: stateOf(version, counter),
        keys,
        memory_bytes: keys === 0 ? 0 : (memoryBytes ?? null),
        memory_sampled_keys: sampled,
      })),
    })),
    interrupted,
  };
}
