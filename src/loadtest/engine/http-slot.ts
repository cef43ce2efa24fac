import type { AnswerHead } from '../../origin/http1/answer-head.ts';
import type { Deadlines, Watched } from '../../origin/http1/deadlines.ts';
import {
  PlainConnection,
  type ConnectionOwner,
  type PlainExchange,
} from '../../origin/http1/plain-connection.ts';
import type { PlainPlace } from '../../origin/http1/plain-request.ts';
import { translateOriginError } from '../../origin/translate-error.ts';
import type { HttpJob } from './http-job.ts';
import type { Slot, SlotOwner } from './slot.ts';

/**
 * A request under way over HTTP/1.1: a connection to each host that it was sent to, kept alive, one request
 * at a time on all of them together. No promise and no object for a request.
 */
export class HttpSlot implements Slot {
  target = 0;
  plannedAt = 0;
  sentAt = 0;
  isBusy = false;
  readonly #job: HttpJob;
  readonly #owner: SlotOwner;
  readonly #deadlines: Deadlines;
  readonly #lines: (Line | undefined)[] = [];

  constructor(job: HttpJob, owner: SlotOwner, deadlines: Deadlines) {
    this.#job = job;
    this.#owner = owner;
    this.#deadlines = deadlines;
  }

  send(target: number): void {
    this.target = target;
    const request = this.#job.requests[target];
    const line = request && this.#line(request.place);
    if (request === undefined || line === undefined) throw new RangeError(`there is no target ${target}`);
    line.send(request.text, this.sentAt + request.timeoutMs);
  }

  async prepare(): Promise<void> {
    await this.#line(0)?.prepare();
  }

  close(): void {
    for (const line of this.#lines) line?.close();
  }

  /** @param counted see {@link SlotOwner} */
  good(status: number, bytes: number, counted: number): void {
    this.#owner.onGood(this, status, bytes, counted);
  }

  bad(cause: string, status: number, bytes: number, isUnreached: boolean): void {
    this.#owner.onBad(this, cause, status, bytes, isUnreached);
  }

  #line(index: number): Line | undefined {
    const place = this.#job.places[index];
    if (place === undefined) return undefined;
    return (this.#lines[index] ??= new Line(this, place, this.#job, this.#deadlines));
  }
}

const NONE = Number.POSITIVE_INFINITY;
const NUMBER = /^\s*\d+(\.\d+)?\s*$/;

/** The connection of a slot to one host, opened again when it is gone. */
class Line implements PlainExchange, ConnectionOwner, Watched {
  text = '';
  deadlineMs = NONE;
  watchPlace: number | undefined;
  readonly keepsBody = false;
  readonly #slot: HttpSlot;
  readonly #place: PlainPlace;
  readonly #job: HttpJob;
  readonly #deadlines: Deadlines;
  #connection: PlainConnection | undefined;
  #session: Buffer | undefined;
  #isWaiting = false;
  #status = 0;
  #bytes = 0;
  #onOpened: (() => void) | undefined;

  constructor(slot: HttpSlot, place: PlainPlace, job: HttpJob, deadlines: Deadlines) {
    this.#slot = slot;
    this.#place = place;
    this.#job = job;
    this.#deadlines = deadlines;
  }

  send(text: string, deadlineMs: number): void {
    this.text = text;
    this.#status = 0;
    this.#bytes = 0;
    this.deadlineMs = deadlineMs;
    this.#deadlines.watch(this);
    const connection = this.#connection;
    if (connection?.isUsable(this.#slot.sentAt) === true) {
      connection.send(this);
      return;
    }
    this.#isWaiting = true;
    // One that is still being opened sends it as soon as it is ready.
    if (connection !== undefined && !connection.isOpen) return;
    this.#connection = undefined;
    connection?.drop();
    this.#open();
  }

  prepare(): Promise<void> {
    return new Promise((resolve) => {
      this.#onOpened = resolve;
      this.#open();
    });
  }

  close(): void {
    this.#isWaiting = false;
    this.deadlineMs = NONE;
    this.#deadlines.forget(this);
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.drop();
    this.#opened();
  }

  onOpen(): void {
    this.#opened();
  }

  onReady(connection: PlainConnection): void {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    connection.send(this);
  }

  onGone(connection: PlainConnection, error: unknown): void {
    if (connection !== this.#connection) return;
    this.#connection = undefined;
    this.#opened();
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#fail(error, true);
  }

  onSession(session: Buffer): void {
    this.#session = session;
  }

  onHead(head: AnswerHead): void {
    this.#status = head.status;
  }

  onBody(sizeBytes: number): void {
    this.#bytes = sizeBytes;
  }

  onAnswer({ status, headers }: AnswerHead): void {
    this.deadlineMs = NONE;
    if (status < 200 || status > 299) {
      this.#slot.bad(`status ${status}`, status, this.#bytes, false);
      return;
    }
    const { countHeader } = this.#job;
    const counted = countHeader === undefined ? undefined : headers[countHeader];
    const number = counted !== undefined && NUMBER.test(counted) ? Number(counted) : Number.NaN;
    this.#slot.good(status, this.#bytes, number);
  }

  onFailure(error: unknown): void {
    this.#fail(error, false);
  }

  /** The time limit of the request has come. */
  expire(): void {
    this.#isWaiting = false;
    this.deadlineMs = NONE;
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.drop();
    this.#slot.bad('origin.timeout', this.#status, this.#bytes, false);
  }

  #open(): void {
    const { connectTimeoutMs } = this.#job;
    const options = { place: this.#place, connectTimeoutMs, session: this.#session };
    this.#connection = new PlainConnection(options, this);
  }

  #opened(): void {
    this.#onOpened?.();
    this.#onOpened = undefined;
  }

  #fail(error: unknown, isUnreached: boolean): void {
    this.deadlineMs = NONE;
    const { code } = translateOriginError(error, this.#place.host);
    // A head that came makes the difference between no answer and half of one.
    const cause = code === 'origin.reset' && this.#status !== 0 ? 'origin.truncated' : code;
    this.#slot.bad(cause, this.#status, this.#bytes, isUnreached);
  }
}
