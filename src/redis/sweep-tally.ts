import type { SweepOutcome } from './resp/sweep-plan.ts';
import type { SweepReport, SweepRequest } from './sweep-request.ts';

/** One sweep's part of a tally. */
interface TallyEntry {
  readonly progress: (removed: number, matched: number) => void;
  /** What it came to in the end. */
  readonly end: (outcome: SweepOutcome) => void;
}

/** Sums up what several sweeps gave: of several servers, or of one that had to be begun again. */
export class SweepTally {
  readonly #onProgress: SweepRequest['onProgress'];
  #matched = 0;
  #removed = 0;
  #unconfirmed = 0;

  constructor(onProgress: SweepRequest['onProgress']) {
    this.#onProgress = onProgress;
  }

  entry(): TallyEntry {
    let removedSoFar = 0;
    let matchedSoFar = 0;
    const progress = (removed: number, matched: number): void => {
      this.#removed += removed - removedSoFar;
      this.#matched += matched - matchedSoFar;
      removedSoFar = removed;
      matchedSoFar = matched;
      this.#onProgress(this.#removed, this.#matched);
    };
    return {
      progress,
      end: ({ removed, matched, unconfirmed }) => {
        progress(removed, matched - unconfirmed);
        this.#unconfirmed += unconfirmed;
      },
    };
  }

  sum(): Omit<SweepReport, 'failure'> {
    return { matched: this.#matched, removed: this.#removed, unconfirmed: this.#unconfirmed };
  }
}
