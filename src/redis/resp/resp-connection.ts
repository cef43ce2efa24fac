import type { Socket } from 'node:net';
import type { CachectlError } from '../../cli/errors.ts';
import { translateRedisError } from '../translate-error.ts';
import { NoReplyError } from '../wait.ts';
import type { ReceiveBuffer } from './receive-buffer.ts';
import { ReplyScanner } from './reply-scanner.ts';

/** Who waits for the replies to one request. */
export interface Receiver {
  /**
   * All replies of the request stand in `bytes` from `start` to before `end`; they are only slices of what
   * came, never written over. What is sent from in here goes out in one piece with all else that the same
   * chunk of replies makes others send.
   */
  readonly receive: (bytes: Buffer, start: number, end: number) => void;
  /** The connection is gone; whether the request was carried out nobody knows. */
  readonly lose: (error: CachectlError) => void;
}

/** Who hears what the server says by itself. */
export interface Listener {
  /** One reply stands in `bytes` from `start` to before `end`; good only during the call unless it is copied. */
  readonly receive: (bytes: Buffer, start: number, end: number) => void;
  readonly lose: (error: CachectlError) => void;
}

/** A socket that is open, and where what it reads comes to. */
export interface OpenSocket {
  readonly socket: Socket;
  readonly received: ReceiveBuffer;
}

interface Waiting {
  readonly replies: number;
  readonly starts: Int32Array | undefined;
  readonly receiver: Receiver;
}

/**
 * One open connection on which requests are sent and their replies come in the same order: no promise and
 * no string for any of them. Where nothing comes for the time limit while something is waited for, it is
 * given up.
 */
export class RespConnection {
  readonly address: string;
  readonly #socket: Socket;
  readonly #received: ReceiveBuffer;
  readonly #scanner = new ReplyScanner();
  /** A queue with a moving head: shift() on a long array copies it. */
  #waiting: Waiting[] = [];
  #head = 0;
  #isScanning = false;
  #failure: CachectlError | undefined;
  #listener: Listener | undefined;

  readonly #onSend: (commands: number) => void;

  /**
   * @param timeoutMs the longest silence while a reply is waited for; 0 is no limit
   * @param onSend told of each request, with its number of commands
   */
  constructor(
    { socket, received }: OpenSocket,
    address: string,
    timeoutMs: number,
    onSend: (commands: number) => void,
  ) {
    this.address = address;
    this.#socket = socket;
    this.#received = received;
    this.#onSend = onSend;
    socket.setNoDelay(true);
    received.onBytes = () => this.#onBytes();
    // A server that refuses says so unasked, perhaps before anybody waits.
    if (received.bytes.length > received.start) queueMicrotask(() => this.#onBytes());
    socket.on('error', (error) => this.#fail(error));
    socket.on('close', () => this.#fail(new Error('Connection is closed.')));
    socket.on('timeout', () => {
      if (!this.#isWaiting) return;
      // As with every time limit: what has come while this process did not get the processor is looked at before.
      const { bytesRead } = socket;
      setImmediate(() => {
        if (this.#isWaiting && socket.bytesRead === bytesRead) this.#fail(new NoReplyError());
      });
    });
    socket.setTimeout(timeoutMs);
  }

  get #isWaiting(): boolean {
    return this.#head < this.#waiting.length;
  }

  /** What ended the connection. */
  get failure(): CachectlError | undefined {
    return this.#failure;
  }

  /**
   * Sends encoded commands, as pieces that need not be put together. `replies` is how many there will be;
   * `starts`, where given, takes down where each of them starts, counted from the first.
   */
  send(
    pieces: readonly Buffer[],
    replies: number,
    receiver: Receiver,
    starts?: Int32Array<ArrayBuffer>,
  ): void {
    if (this.#failure !== undefined) {
      receiver.lose(this.#failure);
      return;
    }
    this.#onSend(replies);
    this.#waiting.push({ replies, starts, receiver });
    if (pieces.length > 1) this.#socket.cork();
    for (const piece of pieces) this.#socket.write(piece);
    if (pieces.length > 1) this.#socket.uncork();
  }

  /**
   * Sends commands after which the server talks by itself (MONITOR, SUBSCRIBE). From then on the listener hears
   * every reply, those to the commands included, and nothing else can be sent.
   */
  listen(encoded: Buffer, listener: Listener): void {
    if (this.#failure !== undefined) {
      listener.lose(this.#failure);
      return;
    }
    this.#listener = listener;
    this.#socket.write(encoded);
  }

  /** From now on a silence of this many milliseconds is enough to give it up. */
  limitSilence(ms: number): void {
    this.#socket.setTimeout(ms);
  }

  /** Ends it; whoever still waits is told. Something that was asked for and not answered may have been done. */
  close(): void {
    this.#fail(new Error('Connection is closed.'));
  }

  /** Whether the process may end while this is open and nothing is waited for. */
  unref(): void {
    this.#socket.unref();
  }

  #onBytes(): void {
    if (this.#failure !== undefined) return;
    this.#socket.cork();
    try {
      this.#deliver();
    } catch (error) {
      this.#fail(error);
    } finally {
      this.#socket.uncork();
    }
  }

  #deliver(): void {
    for (;;) {
      const first = this.#waiting[this.#head];
      if (first === undefined) {
        if (this.#listener === undefined || !this.#hear(this.#listener)) return;
        continue;
      }
      if (!this.#isScanning) {
        this.#scanner.begin(first.replies, first.starts);
        this.#isScanning = true;
      }
      const { bytes, start } = this.#received;
      if (!this.#scanner.advance(bytes, start)) return;
      const { position } = this.#scanner;
      this.#isScanning = false;
      this.#received.consume(position);
      this.#head++;
      if (this.#head === this.#waiting.length || this.#head > 1_024) {
        this.#waiting = this.#waiting.slice(this.#head);
        this.#head = 0;
      }
      try {
        first.receiver.receive(bytes, start, start + position);
      } catch (error) {
        first.receiver.lose(this.#fail(error));
      }
      if (this.#failure !== undefined) return;
    }
  }

  /** One reply for the listener; `false` where it is not all there yet. */
  #hear(listener: Listener): boolean {
    const { bytes, start } = this.#received;
    if (start >= bytes.length) return false;
    if (!this.#isScanning) {
      this.#scanner.begin(1);
      this.#isScanning = true;
    }
    if (!this.#scanner.advance(bytes, start)) return false;
    const { position } = this.#scanner;
    this.#isScanning = false;
    this.#received.consume(position);
    listener.receive(bytes, start, start + position);
    return this.#failure === undefined;
  }

  #fail(error: unknown): CachectlError {
    if (this.#failure !== undefined) return this.#failure;
    const failure = translateRedisError(error, this.address);
    this.#failure = failure;
    this.#socket.destroy();
    const lost = this.#waiting.slice(this.#head);
    this.#waiting = [];
    this.#head = 0;
    for (const { receiver } of lost) receiver.lose(failure);
    this.#listener?.lose(failure);
    return failure;
  }
}
