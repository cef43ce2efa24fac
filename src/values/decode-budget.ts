/** What was read cannot be read any further: how, in words for people. Never leaves this room. */
export class DecodeProblem extends Error {
  override readonly name = 'DecodeProblem';
}

/** Reading stopped because it would cost too much; what was read until then is right. */
export class LimitReached extends DecodeProblem {}

/** What decoding one value may cost. */
export interface DecodeLimits {
  /** Of the output of each decompression. */
  readonly maxBytes: number;
  /** Values inside the value. */
  readonly maxNodes: number;
  readonly maxDepth: number;
  /** Whether time is up; asked now and then. Without it only the other limits hold. */
  readonly expired?: (() => boolean) | undefined;
}

/** Enough for what caches hold; a value beyond it is shown as far as it was read. */
export const DEFAULT_LIMITS: DecodeLimits = { maxBytes: 16 * 1024 * 1024, maxNodes: 200_000, maxDepth: 200 };

/** What makes a decoder ask for the time again. */
const STEPS_PER_LOOK = 1_024;
/** More bytes than this are never copied and converted while one value is read: a shared part can be named often. */
const MOST_WORK = 128 * 1024 * 1024;

/** Counts what decoding costs, and breaks it off where it is too much. */
export class DecodeBudget {
  readonly limits: DecodeLimits;
  #nodes = 0;
  #steps = 0;
  #work = 0;

  constructor(limits: DecodeLimits) {
    this.limits = limits;
  }

  /** One more value. @throws DecodeProblem where that is one too many, or time is up */
  node(): void {
    if (++this.#nodes > this.limits.maxNodes) {
      throw new LimitReached(`more than ${this.limits.maxNodes} values inside`);
    }
    this.step();
  }

  /** A little work without a value. @throws DecodeProblem where time is up */
  step(): void {
    if (++this.#steps % STEPS_PER_LOOK === 0) this.look();
  }

  /** Bytes or items that are copied or converted. @throws DecodeProblem where it is too much of it */
  work(amount: number): void {
    this.#work += amount;
    if (this.#work > MOST_WORK) throw new LimitReached('it takes too long to read');
    if (amount > STEPS_PER_LOOK) this.look();
    else this.step();
  }

  /** @throws DecodeProblem where time is up */
  look(): void {
    if (this.limits.expired?.() === true) throw new LimitReached('it takes too long to read');
  }

  /** @throws DecodeProblem where values are nested too deeply */
  depth(level: number): void {
    if (level > this.limits.maxDepth) {
      throw new LimitReached(`nested deeper than ${this.limits.maxDepth} levels`);
    }
  }

  /** A budget of its own for a guess that may fail, with the same limits. */
  fresh(): DecodeBudget {
    return new DecodeBudget(this.limits);
  }
}

/** What a problem says to people. Anything but a problem of the data is a bug, and goes on. */
export function problemText(error: unknown): string {
  if (error instanceof DecodeProblem) return error.message;
  throw error;
}
