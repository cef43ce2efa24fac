import type { RunResult } from './run-main.ts';

/** A distribution of times in the JSON report. */
export interface LatencyJson {
  readonly count: number;
  readonly mean_ms: number;
  readonly p50_ms: number;
  readonly p75_ms: number;
  readonly p90_ms: number;
  readonly p95_ms: number;
  readonly p99_ms: number;
  readonly p999_ms: number;
  readonly max_ms: number;
}

/** The JSON report of load, or the error in its place. */
export interface LoadJson {
  readonly kind: string;
  readonly seed: number;
  readonly workers: number;
  readonly distribution: string;
  readonly interrupted: boolean;
  readonly totals: {
    readonly sent: number;
    readonly succeeded: number;
    readonly failed: number;
    readonly failures_by_cause: Readonly<Record<string, number>>;
    readonly answers_by_status: Readonly<Record<string, number>>;
    readonly dropped: number;
    readonly unfinished: number;
    readonly warmup_requests: number;
    readonly body_bytes: number;
    readonly duration_ms: number;
    readonly requests_per_second: number;
    readonly error_rate_percent: number | null;
    readonly latency: LatencyJson | null;
    readonly uncorrected_latency: LatencyJson | null;
    readonly start_delay: LatencyJson | null;
    readonly count_header_mean: number | null;
  };
  readonly endpoints: readonly {
    readonly endpoint: string;
    readonly scope: string | null;
    readonly key: string | null;
    readonly url: string | null;
    readonly sent: number;
    readonly failed: number;
    readonly latency: LatencyJson | null;
  }[];
  readonly series: {
    readonly interval_ms: number;
    readonly points: readonly { readonly succeeded: number }[];
  };
  readonly redis: { readonly hits: number; readonly commands: number } | null;
  readonly problems: readonly string[];
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** The JSON document of a run of load. */
export function parseLoad(result: RunResult): LoadJson {
  return JSON.parse(result.stdout) as LoadJson;
}
