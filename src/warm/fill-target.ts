import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { notShareable, remainingFreshnessSeconds, varyNames } from '../origin/freshness.ts';
import type { Asker, OriginResponse } from '../origin/types.ts';
import type { KeyedCommand } from '../redis/batch-sender.ts';
import { encodeTags, TAGS_FIELD } from '../tags/tags-field.ts';
import { askTarget, type AskTools } from './ask-target.ts';
import { checkAnswer } from './check-answer.ts';
import { encodeValue } from './encode-value.ts';
import type { Known } from './look-ahead.ts';
import type { PreparedFill } from './prepare-fill.ts';
import type { Told } from './execute.ts';
import { RefusedAnswer } from './result.ts';
import {
  bodyDigest,
  conditionalHeaders,
  requestDigest,
  sideFields,
  sideKey,
  type Remembered,
} from './side-hash.ts';
import { jitteredTtlMs } from './store.ts';
import type { Target } from './target.ts';
import type { Beside, WriteEnd } from './pending-write.ts';
import type { EntryWriter } from './write-batch.ts';

/** What filling takes. */
export interface FillTools extends AskTools {
  readonly writer: EntryWriter;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** What is written with an entry, right after its value or its new TTL, such as its tags. */
  readonly also?: (target: Target, ttlMs: number) => readonly KeyedCommand[];
  /** Told of each Vary header that an entry does not set. */
  readonly onVary: (target: Target, names: readonly string[]) => void;
}

/** The headers that cachectl sends the same to everybody. */
const AUTOMATIC = new Set(['accept-encoding']);

/**
 * `mode: store`: asks for a target, checks the answer and writes it.
 * @param told of a CachectlError with the reason why the entry was left as it was, or of the reason of the abort,
 * where it fails
 */
export function fillTarget(
  target: Target,
  prepared: PreparedFill,
  known: Known | undefined,
  tools: FillTools,
  signal: AbortSignal,
  told: Told,
): void {
  new Filling(target, prepared, known, tools, signal, told).ask();
}

/** What is being waited for: the answer, or one of the ways to write. */
type Stage = 'asking' | 'renewing what is not modified' | 'renewing what is the same' | 'storing';

/** One target on its way: one object, from the request to the reply of Redis. */
class Filling implements Asker, WriteEnd {
  readonly #target: Target;
  readonly #prepared: PreparedFill;
  readonly #known: Known | undefined;
  readonly #tools: FillTools;
  readonly #signal: AbortSignal;
  readonly #told: Told;
  readonly #request: string;
  /** What was remembered of this very request. */
  readonly #remembered: Remembered | undefined;
  #stage: Stage = 'asking';
  #response: OriginResponse = NO_ANSWER;
  #digest = '';
  #ttlMs = 0;
  #storedBytes = 0;

  constructor(
    target: Target,
    prepared: PreparedFill,
    known: Known | undefined,
    tools: FillTools,
    signal: AbortSignal,
    told: Told,
  ) {
    this.#target = target;
    this.#prepared = prepared;
    this.#known = known;
    this.#tools = tools;
    this.#signal = signal;
    this.#told = told;
    this.#request = prepared.fill.conditional ? requestDigest(target, prepared.fill) : '';
    this.#remembered = known?.remembered?.request === this.#request ? known.remembered : undefined;
  }

  ask(): void {
    const condition = this.#remembered && conditionalHeaders(this.#remembered);
    askTarget(this.#target, condition, this.#tools, this.#signal, this);
  }

  answered(response: OriginResponse): void {
    try {
      this.#take(response);
    } catch (error) {
      this.failed(error);
    }
  }

  failed(error: unknown): void {
    this.#told.onFailed(error);
  }

  written(isThere: boolean): void {
    try {
      if (this.#stage === 'storing') this.#stored();
      else if (isThere) this.#revalidated();
      else this.#storeAfterAll();
    } catch (error) {
      this.failed(error);
    }
  }

  #take(response: OriginResponse): void {
    const target = this.#target;
    const { fill, check, asksForEncoding } = this.#prepared;
    const remembered = this.#remembered;
    const notModified = response.status === 304 && remembered !== undefined;
    const unfit = notModified ? undefined : checkAnswer(response, check, asksForEncoding);
    if (unfit !== undefined) throw unfit;
    checkShared(response, target, this.#prepared, this.#tools);
    this.#response = response;
    this.#ttlMs = ttlOf(response, target, this.#prepared, this.#tools);
    // Not before: a run that stops at the first failure must not have sent the next request already.
    this.#told.onAnswered();
    if (notModified) {
      this.#renew('renewing what is not modified', this.#renewBeside());
      return;
    }
    this.#digest = fill.conditional ? bodyDigest(response.body) : '';
    if (remembered?.digest !== this.#digest || fill.value === 'envelope') {
      this.#store();
      return;
    }
    const { headers } = response;
    const isSame =
      remembered.etag === headers['etag'] && remembered.lastModified === headers['last-modified'];
    this.#renew(
      'renewing what is the same',
      isSame ? this.#renewBeside() : this.#keepBeside(remembered.storedBytes),
    );
  }

  #renew(stage: Stage, beside: Beside | undefined): void {
    this.#stage = stage;
    const { physicalKey: key } = this.#target;
    this.#tools.writer.renew({ key, ttlMs: this.#ttlMs, beside, also: this.#also() }, this);
  }

  /** It expired, or was cleared, while the origin was asked: there is nothing left to renew. */
  #storeAfterAll(): void {
    if (this.#stage === 'renewing what is the same') this.#store();
    else fillTarget(this.#target, this.#prepared, undefined, this.#tools, this.#signal, this.#told);
  }

  #store(): void {
    const value = encodeValue(this.#response, this.#prepared, this.#target.layout.type);
    if (value instanceof Promise) {
      value.then((compressed) => this.#put(compressed)).catch((error: unknown) => this.failed(error));
    } else this.#put(value);
  }

  #put(value: Buffer): void {
    this.#stage = 'storing';
    this.#storedBytes = value.length;
    const { physicalKey: key } = this.#target;
    const beside = this.#keepBeside(value.length);
    this.#tools.writer.put({ key, ttlMs: this.#ttlMs, value, beside, also: this.#also() }, this);
  }

  #also(): readonly KeyedCommand[] | undefined {
    return this.#tools.also?.(this.#target, this.#ttlMs);
  }

  #renewBeside(): Beside {
    return { kind: 'renew', key: sideKey(this.#target.key, this.#target.layout), ttlMs: this.#ttlMs };
  }

  /** What is kept beside the entry of this answer, its value being so long. */
  #keepBeside(storedBytes: number): Beside | undefined {
    const target = this.#target;
    const { conditional } = this.#prepared.fill;
    // The way back from a key to its tags is kept also where nothing else is.
    if (!conditional && target.tags.length === 0) return undefined;
    const fields = conditional
      ? sideFields(this.#rememberAs(storedBytes), target, this.#tools.now())
      : [TAGS_FIELD, encodeTags(target.tags)];
    const key = sideKey(target.key, target.layout);
    // Where nobody looked, there may well be one.
    return {
      kind: 'write',
      hash: { key, ttlMs: this.#ttlMs, fields },
      replaces: this.#known?.exists !== false,
    };
  }

  #rememberAs(storedBytes: number): Remembered {
    const { headers } = this.#response;
    return {
      etag: headers['etag'],
      lastModified: headers['last-modified'],
      digest: this.#digest,
      request: this.#request,
      storedBytes,
    };
  }

  #stored(): void {
    const bytes = this.#storedBytes;
    this.#told.onFilled({
      kind: 'stored',
      bytes,
      requestMs: this.#response.elapsedMs,
      ttlMs: this.#ttlMs,
    });
  }

  #revalidated(): void {
    this.#told.onFilled({
      kind: 'revalidated',
      requestMs: this.#response.elapsedMs,
      ttlMs: this.#ttlMs,
    });
  }
}

const NO_ANSWER: OriginResponse = { status: 0, headers: {}, body: Buffer.alloc(0), elapsedMs: 0 };

function checkShared(
  response: OriginResponse,
  target: Target,
  { fill, ownHeaders }: PreparedFill,
  tools: FillTools,
): void {
  const reason = fill.allowPrivate ? undefined : notShareable(response.headers);
  if (reason !== undefined) throw new RefusedAnswer(reason);
  if (response.headers['vary'] === undefined) return;
  const unset = varyNames(response.headers).filter(
    (name) => name !== '*' && !AUTOMATIC.has(name) && !ownHeaders.has(name),
  );
  if (unset.length > 0) tools.onVary(target, unset);
}

function ttlOf(response: OriginResponse, target: Target, { fill }: PreparedFill, tools: FillTools): number {
  const fromOrigin = fill.ttlFromOrigin
    ? remainingFreshnessSeconds(response.headers, tools.now())
    : undefined;
  if (fromOrigin !== undefined && fromOrigin <= 0) {
    throw new CachectlError('the answer is stale already, by its own headers', {
      code: 'origin.stale',
      exitCode: ExitCode.partial,
      hint: 'ttl: origin lives as long as Cache-Control, Age and Expires say; give the entry a TTL of its own',
    });
  }
  return jitteredTtlMs(fromOrigin ?? target.ttlSeconds, target.ttlJitter, tools.random());
}
