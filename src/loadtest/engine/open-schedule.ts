import type { Slot } from './slot.ts';
import { WaitingLine } from './waiting-line.ts';

/**
 * Connections that are opened between two looks at what was answered. Opening one costs both sides as much as
 * several requests: where a moment's delay made a hundred requests due at once, a hundred new connections made the
 * delay longer, and so on up to a thousand of them (seen at 10,000 a second; with this, fifty are enough).
 */
export const OPENED_AT_ONCE = 10;
/** No timer is set to less. One costs a fifth of the CPU of looking again and again (measured). */
const TICK_MS = 1;

/** What a schedule has to do with. */
export interface ScheduleParts {
  /** Moments from the start, in milliseconds, the earliest first. */
  readonly due: Iterator<number, void>;
  /** The most slots that there may be. */
  readonly mostSlots: number;
  /** How long a request may wait for a slot before it is dropped. */
  readonly patienceMs: number;
  readonly slotCount: () => number;
  readonly takeIdle: () => Slot | undefined;
  readonly openSlot: () => Slot;
  readonly start: (slot: Slot, plannedAt: number, now: number) => void;
  readonly onDropped: (plannedAt: number) => void;
  /** Nothing becomes due any more. */
  readonly onOver: () => void;
}

/** Sends requests at their moments, whatever the answers do. */
export class OpenSchedule {
  readonly #parts: ScheduleParts;
  readonly #waiting: WaitingLine;
  #startedAt = 0;
  #nextAt = Number.POSITIVE_INFINITY;
  #isOver = false;
  /** Slots that may be opened before the next tick. */
  #mayOpen = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(parts: ScheduleParts) {
    this.#parts = parts;
    this.#waiting = new WaitingLine(parts.patienceMs, parts.onDropped);
  }

  /** @param startedAt the moment from which others count, monotonic */
  begin(startedAt: number): void {
    this.#startedAt = startedAt;
    this.#advance();
    this.#tick();
  }

  /** What a slot that has become free is to send at once: the request that has waited longest. */
  takeWaiting(now: number): number | undefined {
    return this.#waiting.take(now);
  }

  /** Sends what is due by now. Answers come more often than timers: whoever has one looks in here. @returns the time after it */
  dispatchDue(now: number): number {
    while (this.#nextAt <= now) {
      this.#dispatch(this.#nextAt, now);
      this.#advance();
      now = performance.now();
    }
    return now;
  }

  /** Nothing more is sent; what waits is dropped. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
    this.#nextAt = Number.POSITIVE_INFINITY;
    this.#waiting.dropAll();
  }

  #tick(): void {
    const { mostSlots, slotCount } = this.#parts;
    this.#mayOpen = Math.min(OPENED_AT_ONCE, mostSlots - slotCount());
    let now = performance.now();
    while (this.#mayOpen > 0) {
      const plannedAt = this.#waiting.take(now);
      if (plannedAt === undefined) break;
      this.#dispatch(plannedAt, now);
    }
    now = this.dispatchDue(now);
    const opensMore = !this.#waiting.isEmpty && slotCount() < mostSlots;
    if (this.#isOver && !opensMore) return;
    const sleepMs = opensMore ? TICK_MS : Math.max(TICK_MS, Math.floor(this.#nextAt - now));
    this.#timer = setTimeout(() => this.#tick(), sleepMs);
  }

  #advance(): void {
    const next = this.#parts.due.next();
    if (next.done !== true) {
      this.#nextAt = this.#startedAt + next.value;
      return;
    }
    this.#nextAt = Number.POSITIVE_INFINITY;
    this.#isOver = true;
    this.#parts.onOver();
  }

  #dispatch(plannedAt: number, now: number): void {
    let slot = this.#parts.takeIdle();
    if (slot === undefined && this.#mayOpen > 0) {
      this.#mayOpen--;
      slot = this.#parts.openSlot();
    }
    if (slot === undefined) this.#waiting.push(plannedAt);
    else this.#parts.start(slot, plannedAt, now);
  }
}
