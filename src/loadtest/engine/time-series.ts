import { COARSE_BITS, Histogram, type HistogramData } from '../../histogram/histogram.ts';

/** What happened in one stretch of a run, by the moment at which requests were due. */
export interface SeriesPoint {
  readonly succeeded: number;
  readonly failed: number;
  readonly dropped: number;
  readonly latencies: HistogramData;
}

/** A run over time, as plain data. */
export interface SeriesData {
  /** Of one stretch. */
  readonly intervalMs: number;
  readonly points: readonly SeriesPoint[];
}

const FIRST_INTERVAL_MS = 1_000;
/** When there would be more, two neighbours become one: memory stays flat however long a run lasts. */
const MOST_POINTS = 240;

class Point {
  succeeded = 0;
  failed = 0;
  dropped = 0;
  readonly latencies = new Histogram(COARSE_BITS);

  merge(other: Point | SeriesPoint): void {
    this.succeeded += other.succeeded;
    this.failed += other.failed;
    this.dropped += other.dropped;
    if (other.latencies instanceof Histogram) this.latencies.merge(other.latencies);
    else this.latencies.add(other.latencies);
  }
}

/** Counts requests second by second. */
export class TimeSeries {
  #intervalMs = FIRST_INTERVAL_MS;
  #points: Point[] = [];

  /** @param offsetMs from the start of what is measured */
  succeeded(offsetMs: number, latencyMs: number): void {
    const point = this.#at(offsetMs);
    point.succeeded++;
    point.latencies.record(latencyMs);
  }

  failed(offsetMs: number): void {
    this.#at(offsetMs).failed++;
  }

  dropped(offsetMs: number): void {
    this.#at(offsetMs).dropped++;
  }

  /** Adds what another thread counted at the same time. */
  add({ intervalMs, points }: SeriesData): void {
    while (this.#intervalMs < intervalMs) this.#halve();
    for (const [index, point] of points.entries()) this.#at(index * intervalMs).merge(point);
  }

  data(): SeriesData {
    return {
      intervalMs: this.#intervalMs,
      points: this.#points.map(({ succeeded, failed, dropped, latencies }) => ({
        succeeded,
        failed,
        dropped,
        latencies: latencies.data(),
      })),
    };
  }

  #at(offsetMs: number): Point {
    let index = Math.floor(Math.max(0, offsetMs) / this.#intervalMs);
    while (index >= MOST_POINTS) {
      this.#halve();
      index = Math.floor(offsetMs / this.#intervalMs);
    }
    while (this.#points.length <= index) this.#points.push(new Point());
    return this.#points[index] ?? new Point();
  }

  #halve(): void {
    this.#intervalMs *= 2;
    const points: Point[] = [];
    for (const [index, point] of this.#points.entries()) {
      const pair = points[index >> 1];
      if (pair === undefined) points.push(point);
      else pair.merge(point);
    }
    this.#points = points;
  }
}
