import type { JsonDocument } from '../cli/command.ts';
import { redactUrl } from '../config/redact.ts';
import { keyJson } from '../keys/printable.ts';
import type { HostLoad } from '../origin/gentle.ts';
import { failuresJson } from './failure-view.ts';
import type { NamespaceResult } from './next-version.ts';
import {
  targetsOf,
  totalsOf,
  type ScopeResult,
  type SlowTarget,
  type Totals,
  type WarmReport,
} from './report.ts';

/** A run's report as the stable document; docs/schemas/warm.v1.schema.json describes it. */
export function reportJson(report: WarmReport): JsonDocument {
  return {
    schema: 'cachectl/warm/v1',
    dry_run: false,
    redis: report.into,
    interrupted: report.interrupted,
    stopped_by: report.stoppedBy ?? null,
    locked_scopes: report.locked,
    ...countsJson(totalsOf(report.scopes)),
    retries: report.retries,
    second_chances: report.secondChances,
    elapsed_ms: Math.round(report.elapsedMs),
    scopes: report.scopes.map((scope) => ({
      scope: scope.scope,
      ...countsJson(scope),
      median_ms: rounded(scope.medianMs),
      p95_ms: rounded(scope.p95Ms),
      elapsed_ms: Math.round(scope.elapsedMs),
    })),
    slowest: report.slowest.map(slowJson),
    hosts: report.loads.map(loadJson),
    refusals: failuresJson(report.refusals),
    failures: failuresJson(report.failures),
    failures_omitted: report.failuresOmitted,
    namespaces: report.namespaces.map(namespaceJson),
    ...(report.targets && { results: report.targets }),
  };
}

function namespaceJson(result: NamespaceResult): unknown {
  const { namespace, from, to, outcome, success, reason, removed } = result;
  return {
    namespace,
    from,
    to,
    activated: outcome === 'activated',
    outcome,
    success_percent: rounded(success ?? undefined),
    reason: reason ?? null,
    removed_keys: removed ?? null,
  };
}

/** The counts of a scope or of all of them, by their names in the document. */
export function countsJson(counts: Totals): Readonly<Record<string, number | null>> {
  return {
    targets: counts.notReached === undefined ? null : targetsOf(counts),
    stored: counts.stored,
    revalidated: counts.revalidated,
    fresh: counts.fresh,
    touched: counts.touched,
    verified: counts.verified,
    refused: counts.refused,
    failed: counts.failed,
    not_reached: counts.notReached ?? null,
    merged: counts.merged,
    bytes: counts.bytes,
  };
}

/** Milliseconds with two decimals, or `null`. */
export function rounded(ms: ScopeResult['medianMs']): number | null {
  return ms === undefined ? null : Number(ms.toFixed(2));
}

function slowJson({ scope, key, url, requestMs }: SlowTarget): unknown {
  return {
    scope,
    ...keyJson(Buffer.from(key, 'utf8')),
    url: redactUrl(url),
    request_ms: rounded(requestMs),
  };
}

function loadJson({ host, requests, pauses, control }: HostLoad): unknown {
  return {
    host,
    requests,
    pauses,
    slowed_down: control.busy + control.slow,
    concurrency: control.limit,
    concurrency_curve: control.points.map(({ limit }) => limit),
  };
}
