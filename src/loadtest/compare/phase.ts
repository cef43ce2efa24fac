import { Histogram } from '../../histogram/histogram.ts';

/** How one request ended. Only good answers have a latency in the figures. */
export type Answer =
  | {
      readonly kind: 'good';
      /** What the counting header said, where one is looked for and it held a number. */
      readonly counted?: number;
    }
  | {
      readonly kind: 'bad';
      /** Under which name it is counted: `status 500`, `origin.timeout`, `missing`. */
      readonly cause: string;
    };

/** What a phase (an endpoint without the cache, or with it) gave; raw, so that phases can be merged. */
export interface PhaseFigures {
  /** Of good answers only: the latency of an error says nothing of what the cache is worth. */
  readonly latencies: Histogram;
  /** Failed requests by cause, the first one seen first. */
  readonly failures: ReadonlyMap<string, number>;
  /** Requests that were under way when the command was told to stop. */
  readonly unfinished: number;
  /** From the first request to the end of the last one. */
  readonly durationMs: number;
  /** Sum of the counting header and the number of answers that had one. */
  readonly counted: { readonly sum: number; readonly answers: number };
  /** Ended early, because nothing answered at all. */
  readonly gaveUp: boolean;
}

/** Collects the figures of one phase. */
export class PhaseRecorder {
  readonly #latencies = new Histogram();
  readonly #failures = new Map<string, number>();
  #unfinished = 0;
  #countedSum = 0;
  #countedAnswers = 0;

  record(answer: Answer, latencyMs: number): void {
    if (answer.kind === 'bad') {
      this.#failures.set(answer.cause, (this.#failures.get(answer.cause) ?? 0) + 1);
      return;
    }
    this.#latencies.record(latencyMs);
    if (answer.counted === undefined) return;
    this.#countedSum += answer.counted;
    this.#countedAnswers++;
  }

  recordUnfinished(): void {
    this.#unfinished++;
  }

  figures(durationMs: number, gaveUp: boolean): PhaseFigures {
    return {
      latencies: this.#latencies,
      failures: this.#failures,
      unfinished: this.#unfinished,
      durationMs,
      counted: { sum: this.#countedSum, answers: this.#countedAnswers },
      gaveUp,
    };
  }
}

/** Failed requests of a phase, whatever the cause. */
export function failureCount(figures: Pick<PhaseFigures, 'failures'>): number {
  let failed = 0;
  for (const count of figures.failures.values()) failed += count;
  return failed;
}

/** Several phases as one that ran them one after the other. */
export function mergeFigures(phases: readonly PhaseFigures[]): PhaseFigures {
  const latencies = new Histogram();
  const failures = new Map<string, number>();
  for (const phase of phases) {
    latencies.merge(phase.latencies);
    for (const [cause, count] of phase.failures) failures.set(cause, (failures.get(cause) ?? 0) + count);
  }
  const sum = (value: (phase: PhaseFigures) => number): number =>
    phases.reduce((total, phase) => total + value(phase), 0);
  return {
    latencies,
    failures,
    unfinished: sum((phase) => phase.unfinished),
    durationMs: sum((phase) => phase.durationMs),
    counted: { sum: sum((phase) => phase.counted.sum), answers: sum((phase) => phase.counted.answers) },
    gaveUp: phases.some((phase) => phase.gaveUp),
  };
}
