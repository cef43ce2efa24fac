import { Histogram, type HistogramData } from '../../histogram/histogram.ts';
import { TimeSeries, type SeriesData } from './time-series.ts';

/** What one endpoint was asked, and how it answered; as plain data. */
export interface EndpointRecord {
  /** Of good answers. */
  readonly latencies: HistogramData;
  /** Finished requests, good and failed. */
  readonly sent: number;
  readonly failed: number;
  readonly failures: readonly (readonly [cause: string, count: number])[];
  /** Of bodies. */
  readonly bytes: number;
  readonly countedSum: number;
  readonly countedAnswers: number;
}

/** What one thread measured, as plain data: threads send it to each other. */
export interface RunRecord {
  /** Of good answers, from the planned start. */
  readonly latencies: HistogramData;
  /** From the moment of sending; only where requests are planned. */
  readonly uncorrected: HistogramData | undefined;
  /** How much later than planned requests were sent. */
  readonly startDelays: HistogramData | undefined;
  readonly endpoints: readonly EndpointRecord[];
  readonly failures: readonly (readonly [cause: string, count: number])[];
  readonly statuses: readonly (readonly [status: number, count: number])[];
  /** Whether anything was ever answered, in the warm-up as well. */
  readonly hasAnswers: boolean;
  readonly dropped: number;
  /** Under way when everything was to stop. */
  readonly unfinished: number;
  /** Sent, and left out of all other figures. */
  readonly warmupRequests: number;
  readonly series: SeriesData;
  /** From the start of what is measured to the end of the last request. */
  readonly durationMs: number;
}

/** What several threads measured at the same time, as one. Histograms are added up; nothing is averaged. */
export function mergeRecords(records: readonly [RunRecord, ...RunRecord[]]): RunRecord {
  const [first, ...others] = records;
  if (others.length === 0) return first;
  const series = new TimeSeries();
  for (const record of records) series.add(record.series);
  const sum = (value: (record: RunRecord) => number): number =>
    records.reduce((total, record) => total + value(record), 0);
  return {
    latencies: mergeData(records.map(({ latencies }) => latencies)),
    uncorrected: mergeOptional(records.map(({ uncorrected }) => uncorrected)),
    startDelays: mergeOptional(records.map(({ startDelays }) => startDelays)),
    endpoints: first.endpoints.map((_, index) =>
      mergeEndpoints(records.flatMap(({ endpoints }) => endpoints[index] ?? [])),
    ),
    failures: mergeCounts(records.map(({ failures }) => failures)),
    statuses: mergeCounts(records.map(({ statuses }) => statuses)),
    hasAnswers: records.some(({ hasAnswers }) => hasAnswers),
    dropped: sum(({ dropped }) => dropped),
    unfinished: sum(({ unfinished }) => unfinished),
    warmupRequests: sum(({ warmupRequests }) => warmupRequests),
    series: series.data(),
    durationMs: Math.max(...records.map(({ durationMs }) => durationMs)),
  };
}

function mergeEndpoints(records: readonly EndpointRecord[]): EndpointRecord {
  const sum = (value: (record: EndpointRecord) => number): number =>
    records.reduce((total, record) => total + value(record), 0);
  return {
    latencies: mergeData(records.map(({ latencies }) => latencies)),
    sent: sum(({ sent }) => sent),
    failed: sum(({ failed }) => failed),
    failures: mergeCounts(records.map(({ failures }) => failures)),
    bytes: sum(({ bytes }) => bytes),
    countedSum: sum(({ countedSum }) => countedSum),
    countedAnswers: sum(({ countedAnswers }) => countedAnswers),
  };
}

function mergeData(all: readonly HistogramData[]): HistogramData {
  const merged = new Histogram(all[0]?.bits);
  for (const data of all) merged.add(data);
  return merged.data();
}

function mergeOptional(all: readonly (HistogramData | undefined)[]): HistogramData | undefined {
  const present = all.filter((data) => data !== undefined);
  return present.length === 0 ? undefined : mergeData(present);
}

function mergeCounts<Name>(
  lists: readonly (readonly (readonly [Name, number])[])[],
): readonly (readonly [Name, number])[] {
  const counts = new Map<Name, number>();
  for (const [name, count] of lists.flat()) counts.set(name, (counts.get(name) ?? 0) + count);
  return [...counts];
}
