import { NoReplyError, within } from '../../redis/wait.ts';
import { arrivals, type Share } from './arrivals.ts';
import type { ClosedModel, LoadModel, OpenModel } from './model.ts';
import { OpenSchedule } from './open-schedule.ts';
import type { Choose } from './popularity.ts';
import type { Random } from './random.ts';
import { Recorder, type Ended } from './recorder.ts';
import type { Slot, SlotOwner } from './slot.ts';

/** What drives a load. */
export interface LoopParts {
  readonly model: LoadModel;
  readonly share: Share;
  readonly random: Random;
  readonly choose: Choose;
  /** The endpoint that each target counts for. */
  readonly endpointOf: (target: number) => number;
  readonly endpoints: number;
  readonly openSlot: (owner: SlotOwner) => Slot;
  /** Left out of the figures. */
  readonly warmupMs: number;
  /** How long a request of an open load may wait for a free slot before it is dropped. */
  readonly patienceMs: number;
  readonly signal: AbortSignal;
}

/**
 * Where so many requests failed and none was ever answered, whatever the status, the rest of a closed load
 * would only wait: fifty requests to an origin that never answers take minutes.
 */
export const GIVE_UP_AFTER = 10;
/** Before a connection that could not be opened is tried again: the generator must not spin. */
const RECONNECT_PAUSE_MS = 10;

/** What is not open after this is waited for by the requests themselves, which have time limits. */
export const OPENING_MS = 5_000;

/** Sends requests as a model says, and records how they end. */
export class LoadLoop implements SlotOwner {
  readonly #parts: LoopParts;
  readonly #slots: Slot[] = [];
  /** The last one used is the next one used: the fewer connections are in use, the warmer they are. */
  readonly #idle: Slot[] = [];
  /** Of an open load. */
  #schedule: OpenSchedule | undefined;
  #recorder: Recorder;
  #startedAt = 0;
  #started = 0;
  #underWay = 0;
  #answered = false;
  #unanswered = 0;
  #isDone = false;
  #finish: () => void = () => undefined;
  readonly #paused = new Set<NodeJS.Timeout>();

  constructor(parts: LoopParts) {
    this.#parts = parts;
    this.#recorder = this.#newRecorder();
  }

  get recorder(): Recorder {
    return this.#recorder;
  }

  get inFlight(): number {
    return this.#underWay;
  }

  /** Whether it ended early, because nothing answered at all. */
  get gaveUp(): boolean {
    return !this.#answered && this.#unanswered >= GIVE_UP_AFTER;
  }

  /** Opens what the model wants open before the start; it ends early where all of it is to stop. */
  async prepare(): Promise<void> {
    const { model, signal } = this.#parts;
    for (let i = 0; i < shareOf(model.connections, this.#parts.share); i++) this.#idle.push(this.#newSlot());
    try {
      await within(Promise.all(this.#slots.map((slot) => slot.prepare())), OPENING_MS, signal);
    } catch (error) {
      if (!signal.aborted && !(error instanceof NoReplyError)) throw error;
    }
  }

  /** Runs to the end of the model, or until the signal. @returns when the last request was over */
  async run(): Promise<number> {
    const { model, signal } = this.#parts;
    this.#startedAt = performance.now();
    this.#recorder = this.#newRecorder();
    const ended = new Promise<void>((resolve) => (this.#finish = resolve));
    const onAbort = (): void => this.#stop();
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) this.#stop();
    else if (model.kind === 'closed') this.#runClosed(model);
    else this.#runOpen(model);
    await ended;
    // What waits where no connection may be opened at all was never sent.
    this.#schedule?.stop();
    signal.removeEventListener('abort', onAbort);
    const endedAt = performance.now();
    for (const slot of this.#slots) slot.close();
    return endedAt;
  }

  onGood(slot: Slot, status: number, bytes: number, counted: number): void {
    this.#answered = true;
    const now = performance.now();
    this.#recorder.succeeded(this.#ended(slot, now), status, bytes, counted);
    this.#free(slot, now);
  }

  onBad(slot: Slot, cause: string, status: number, bytes: number, isUnreached: boolean): void {
    if (status === 0) this.#unanswered++;
    else this.#answered = true;
    const now = performance.now();
    this.#recorder.failed(this.#ended(slot, now), cause, status, bytes);
    if (!isUnreached || this.#isDone || this.#parts.model.kind === 'open') {
      this.#free(slot, now);
      return;
    }
    const timer = setTimeout(() => {
      this.#paused.delete(timer);
      this.#free(slot, performance.now());
    }, RECONNECT_PAUSE_MS);
    this.#paused.add(timer);
  }

  /** One object for all: what it says is read at once. */
  readonly #endedNow = { endpoint: 0, plannedAt: 0, sentAt: 0, endedAt: 0 };

  #ended(slot: Slot, now: number): Ended {
    slot.isBusy = false;
    const ended = this.#endedNow;
    ended.endpoint = this.#parts.endpointOf(slot.target);
    ended.plannedAt = slot.plannedAt;
    ended.sentAt = slot.sentAt;
    ended.endedAt = now;
    return ended;
  }

  #newRecorder(): Recorder {
    const { endpoints, warmupMs, model } = this.#parts;
    return new Recorder({
      endpoints,
      startedAt: this.#startedAt,
      measureFrom: this.#startedAt + warmupMs,
      isPlanned: model.kind === 'open',
    });
  }

  #newSlot(): Slot {
    const slot = this.#parts.openSlot(this);
    this.#slots.push(slot);
    return slot;
  }

  #start(slot: Slot, plannedAt: number, now: number): void {
    this.#underWay++;
    slot.plannedAt = plannedAt;
    slot.sentAt = now;
    slot.isBusy = true;
    slot.send(this.#parts.choose());
  }

  #free(slot: Slot, now: number): void {
    this.#underWay--;
    const { model } = this.#parts;
    if (model.kind === 'closed') {
      if (this.#mayStart(model, now)) {
        this.#start(slot, now, now);
        return;
      }
    } else {
      const plannedAt = this.#schedule?.takeWaiting(now);
      if (plannedAt !== undefined) {
        this.#start(slot, plannedAt, now);
        return;
      }
    }
    this.#idle.push(slot);
    this.#schedule?.dispatchDue(now);
    if (this.#underWay === 0 && (this.#isDone || model.kind === 'closed')) this.#finish();
  }

  #mayStart(model: ClosedModel, now: number): boolean {
    if (this.#isDone || this.gaveUp) return false;
    if (model.until.kind === 'duration') {
      return now - this.#startedAt < this.#parts.warmupMs + model.until.ms;
    }
    // Requests of the warm-up do not count, and are not counted.
    if (!this.#recorder.counts(now)) return true;
    return this.#started < shareOf(model.until.count, this.#parts.share) && ++this.#started > 0;
  }

  #runClosed(model: ClosedModel): void {
    for (const slot of this.#idle.splice(0)) {
      const now = performance.now();
      if (this.#mayStart(model, now)) this.#start(slot, now, now);
    }
    if (this.#underWay === 0) this.#finish();
  }

  #runOpen(model: OpenModel): void {
    const { share, random, patienceMs } = this.#parts;
    this.#schedule = new OpenSchedule({
      due: arrivals(model.stages, model.spread, share, random),
      mostSlots: shareOf(model.maxInFlight, share),
      patienceMs,
      slotCount: () => this.#slots.length,
      takeIdle: () => this.#idle.pop(),
      openSlot: () => this.#newSlot(),
      start: (slot, plannedAt, now) => this.#start(slot, plannedAt, now),
      onDropped: (plannedAt) => this.#recorder.dropped(plannedAt),
      onOver: () => {
        this.#isDone = true;
        if (this.#underWay === 0) this.#finish();
      },
    });
    this.#schedule.begin(this.#startedAt);
  }

  /** Everything is to stop: what is under way is not waited for. */
  #stop(): void {
    if (this.#isDone && this.#underWay === 0) return;
    this.#isDone = true;
    for (const timer of this.#paused) clearTimeout(timer);
    for (const slot of this.#slots) {
      slot.close();
      if (slot.isBusy) this.#recorder.unfinished(slot.plannedAt);
    }
    this.#schedule?.stop();
    this.#finish();
  }
}

/** One thread's part of a whole number. */
function shareOf(total: number, { index, of }: Share): number {
  return Math.floor(total / of) + (index < total % of ? 1 : 0);
}
