import type { ReportViews } from '../cli/command.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import { renderCsv, renderMarkdownTable } from '../terminal/csv.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import { formatDurationMs } from '../units/duration.ts';
import type { ServerReport } from '../probe/probe.ts';

/** What `ping` found. */
export interface PingReport {
  /** `host:port/db`. */
  readonly target: string;
  readonly kind: 'single' | 'sentinel' | 'cluster';
  readonly servers: readonly ServerReport[];
}

/** Nobody there: 3. Somebody missing: 5. A permission missing, or no writes taken: 4. */
export function pingExitCode({ servers }: PingReport): ExitCode {
  const reachable = servers.filter((server) => server.reachable);
  if (reachable.length === 0) return ExitCode.unreachable;
  if (reachable.length < servers.length) return ExitCode.partial;
  return reachable.some(({ missing, refusal }) => missing.length > 0 || refusal !== undefined)
    ? ExitCode.refused
    : ExitCode.ok;
}

const COLUMNS: readonly Column[] = [
  { title: 'server', flexible: true },
  { title: 'role' },
  { title: 'version' },
  { title: 'min', align: 'right' },
  { title: 'median', align: 'right' },
  { title: 'p99', align: 'right' },
  { title: 'permissions', flexible: true },
];

/** All forms of the report. */
export function pingViews(report: PingReport): ReportViews {
  const heading = COLUMNS.map(({ title }) => title);
  const rows = report.servers.map(row);
  return {
    table: (terminal) => [renderTable(COLUMNS, rows, terminal), ...problems(report)].join('\n'),
    json: () => ({
      schema: 'cachectl/ping/v1',
      target: report.target,
      kind: report.kind,
      servers: report.servers.map(serverJson),
    }),
    csv: () => renderCsv(heading, rows),
    markdown: () => renderMarkdownTable(heading, rows),
  };
}

function row(server: ServerReport): readonly string[] {
  const place = [escapeText(server.address), server.role];
  if (!server.reachable) return [...place, '-', '-', '-', '-', 'not reachable'];
  const { minMs, medianMs, p99Ms } = server.roundTrips;
  const permissions =
    server.role === 'sentinel'
      ? '-'
      : server.missing.length === 0
        ? 'all'
        : `${server.missing.length} missing`;
  return [
    ...place,
    escapeText(server.version ?? 'unknown'),
    ...[minMs, medianMs, p99Ms].map(formatDurationMs),
    permissions,
  ];
}

/** What is wrong, in full: the table has room for a hint only. */
function problems({ servers }: PingReport): readonly string[] {
  return servers.flatMap((server): readonly string[] => {
    if (!server.reachable) return [`${server.address}: ${escapeText(server.error.message)}`];
    const refusal = server.refusal;
    const missing = server.missing.map(
      ({ command, neededBy }) =>
        `${server.address}: the user may not run ${command}, which ${neededBy.join(' and ')} ${neededBy.length === 1 ? 'needs' : 'need'} (ACL SETUSER ... +${command})`,
    );
    return refusal === undefined
      ? missing
      : [...missing, `${server.address}: ${escapeText(refusal.message)}`];
  });
}

function serverJson(server: ServerReport): unknown {
  const { address, role } = server;
  if (!server.reachable) {
    const { code, message } = server.error;
    return { address, role, reachable: false, error: { code, message } };
  }
  const { count, minMs, medianMs, p99Ms } = server.roundTrips;
  return {
    address,
    role,
    reachable: true,
    version: server.version ?? null,
    round_trips: { count, min_ms: rounded(minMs), median_ms: rounded(medianMs), p99_ms: rounded(p99Ms) },
    missing_permissions: server.missing.map(({ command, neededBy }) => ({ command, needed_by: neededBy })),
    write_refusal:
      server.refusal === undefined ? null : { code: server.refusal.code, message: server.refusal.message },
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 1_000) / 1_000;
}
