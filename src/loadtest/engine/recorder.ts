import { COARSE_BITS, Histogram, type HistogramData } from '../../histogram/histogram.ts';
import type { EndpointRecord, RunRecord } from './run-record.ts';
import { TimeSeries } from './time-series.ts';

/** How one request ended, and when. Times are monotonic milliseconds. */
export interface Ended {
  readonly endpoint: number;
  /** When it should have been sent; the same as `sentAt` under a closed load. */
  readonly plannedAt: number;
  readonly sentAt: number;
  readonly endedAt: number;
}

/** What is measured, and how finely. */
export interface RecorderOptions {
  readonly endpoints: number;
  readonly startedAt: number;
  /** Requests that are due before this are left out of the figures. */
  readonly measureFrom: number;
  /** Whether requests have a planned start of their own. */
  readonly isPlanned: boolean;
}

/** How far a run is. */
export interface Progress {
  readonly done: number;
  readonly failed: number;
  readonly dropped: number;
  readonly warmupRequests: number;
  /** Since somebody last looked; within 1.6 %. */
  readonly latencies: HistogramData;
}

/** Beyond so many endpoints each one's percentiles are within 1.6 % only, so that memory stays small. */
const MOST_FINE_ENDPOINTS = 64;

class EndpointCounts {
  readonly latencies: Histogram;
  sent = 0;
  failed = 0;
  bytes = 0;
  countedSum = 0;
  countedAnswers = 0;
  failures: Map<string, number> | undefined;

  constructor(bits: number | undefined) {
    this.latencies = new Histogram(bits);
  }
}

/** Collects what one thread measures. A request costs it no object. */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #latencies = new Histogram();
  readonly #uncorrected = new Histogram();
  readonly #startDelays = new Histogram();
  readonly #endpoints: EndpointCounts[];
  readonly #failures = new Map<string, number>();
  readonly #statuses = new Map<number, number>();
  #hasAnswers = false;
  readonly #series = new TimeSeries();
  /** Since somebody last looked. */
  #recent = new Histogram(COARSE_BITS);
  #failed = 0;
  #dropped = 0;
  #unfinished = 0;
  #warmupRequests = 0;

  constructor(options: RecorderOptions) {
    this.#options = options;
    const bits = options.endpoints > MOST_FINE_ENDPOINTS ? COARSE_BITS : undefined;
    this.#endpoints = Array.from({ length: options.endpoints }, () => new EndpointCounts(bits));
  }

  /** Whether what is due at this moment counts. */
  counts(plannedAt: number): boolean {
    return plannedAt >= this.#options.measureFrom;
  }

  /** A good answer. @param counted what the counting header said; NaN where it said nothing */
  succeeded(ended: Ended, status: number, bytes: number, counted: number): void {
    this.#hasAnswers = true;
    if (!this.#sent(ended)) return;
    this.#countStatus(status);
    const latencyMs = Math.max(0, ended.endedAt - ended.plannedAt);
    this.#latencies.record(latencyMs);
    if (this.#options.isPlanned) this.#uncorrected.record(Math.max(0, ended.endedAt - ended.sentAt));
    this.#recent.record(latencyMs);
    this.#series.succeeded(this.#offset(ended.plannedAt), latencyMs);
    const endpoint = this.#endpoints[ended.endpoint];
    if (endpoint === undefined) return;
    endpoint.latencies.record(latencyMs);
    endpoint.bytes += bytes;
    if (counted === counted) {
      endpoint.countedSum += counted;
      endpoint.countedAnswers++;
    }
  }

  /** A failed request. @param status of an answer that came all the same; 0 where none did */
  failed(ended: Ended, cause: string, status: number, bytes: number): void {
    if (status !== 0) this.#hasAnswers = true;
    if (!this.#sent(ended)) return;
    if (status !== 0) this.#countStatus(status);
    this.#failed++;
    this.#failures.set(cause, (this.#failures.get(cause) ?? 0) + 1);
    this.#series.failed(this.#offset(ended.plannedAt));
    const endpoint = this.#endpoints[ended.endpoint];
    if (endpoint === undefined) return;
    endpoint.failed++;
    endpoint.bytes += bytes;
    endpoint.failures ??= new Map();
    endpoint.failures.set(cause, (endpoint.failures.get(cause) ?? 0) + 1);
  }

  /** Due, and never sent. */
  dropped(plannedAt: number): void {
    if (!this.counts(plannedAt)) return;
    this.#dropped++;
    this.#series.dropped(this.#offset(plannedAt));
  }

  /** Sent, and not waited for, because everything was to stop. */
  unfinished(plannedAt: number): void {
    if (this.counts(plannedAt)) this.#unfinished++;
    else this.#warmupRequests++;
  }

  /** So far, and the latencies since it was asked the last time. */
  takeProgress(): Progress {
    const latencies = this.#recent.data();
    this.#recent = new Histogram(COARSE_BITS);
    return {
      done: this.#latencies.count + this.#failed,
      failed: this.#failed,
      dropped: this.#dropped,
      warmupRequests: this.#warmupRequests,
      latencies,
    };
  }

  /** @param endedAt when the last request was over */
  record(endedAt: number): RunRecord {
    return {
      latencies: this.#latencies.data(),
      uncorrected: this.#options.isPlanned ? this.#uncorrected.data() : undefined,
      startDelays: this.#options.isPlanned ? this.#startDelays.data() : undefined,
      endpoints: this.#endpoints.map((endpoint): EndpointRecord => ({
        latencies: endpoint.latencies.data(),
        sent: endpoint.sent,
        failed: endpoint.failed,
        failures: [...(endpoint.failures ?? [])],
        bytes: endpoint.bytes,
        countedSum: endpoint.countedSum,
        countedAnswers: endpoint.countedAnswers,
      })),
      failures: [...this.#failures],
      statuses: [...this.#statuses],
      hasAnswers: this.#hasAnswers,
      dropped: this.#dropped,
      unfinished: this.#unfinished,
      warmupRequests: this.#warmupRequests,
      series: this.#series.data(),
      durationMs: Math.max(0, endedAt - Math.max(this.#options.startedAt, this.#options.measureFrom)),
    };
  }

  #sent({ plannedAt, sentAt, endpoint }: Ended): boolean {
    if (!this.counts(plannedAt)) {
      this.#warmupRequests++;
      return false;
    }
    if (this.#options.isPlanned) this.#startDelays.record(Math.max(0, sentAt - plannedAt));
    const counts = this.#endpoints[endpoint];
    if (counts !== undefined) counts.sent++;
    return true;
  }

  #offset(plannedAt: number): number {
    return plannedAt - Math.max(this.#options.startedAt, this.#options.measureFrom);
  }

  #countStatus(status: number): void {
    this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
  }
}
