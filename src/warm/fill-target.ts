import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { notShareable, remainingFreshnessSeconds, varyNames } from '../origin/freshness.ts';
import { DEFAULT_MAX_BODY_BYTES } from '../origin/limits.ts';
import { getWithRetries, type RetryPolicy } from '../origin/retry.ts';
import type { OriginClient, OriginResponse } from '../origin/types.ts';
import type { KeyedCommand } from '../redis/batch-sender.ts';
import { encodeTags, TAGS_FIELD } from '../tags/tags-field.ts';
import { checkAnswer } from './check-answer.ts';
import { encodeValue } from './encode-value.ts';
import type { Known } from './look-ahead.ts';
import type { PreparedFill } from './prepare-fill.ts';
import { RefusedAnswer, type Filled } from './result.ts';
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
import type { Beside, EntryWriter } from './write-batch.ts';

/** What filling takes. */
export interface FillTools {
  readonly origin: OriginClient;
  readonly retry: RetryPolicy;
  readonly writer: EntryWriter;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly timeouts: { readonly headersMs: number | undefined; readonly bodyMs: number | undefined };
  /** What is written with an entry, right after its value or its new TTL, such as its tags. */
  readonly also?: (target: Target, ttlMs: number) => readonly KeyedCommand[];
  /** Told of each Vary header that an entry does not set. */
  readonly onVary: (target: Target, names: readonly string[]) => void;
}

/** The headers that cachectl sends the same to everybody. */
const AUTOMATIC = new Set(['accept-encoding']);

/**
 * `mode: store`: asks for a target, checks the answer and writes it.
 * @param onAnswered told as soon as there is an answer worth having
 * @throws CachectlError with the reason why the entry was left as it was; the reason of the abort
 */
export async function fillTarget(
  target: Target,
  prepared: PreparedFill,
  known: Known | undefined,
  tools: FillTools,
  signal: AbortSignal,
  onAnswered: () => void,
): Promise<Filled> {
  const { fill } = prepared;
  const request = fill.conditional ? requestDigest(target, fill) : '';
  const remembered = known?.remembered?.request === request ? known.remembered : undefined;
  const condition = remembered && conditionalHeaders(remembered);
  const response = await requestTarget(target, condition, tools, signal);
  const notModified = response.status === 304 && remembered !== undefined;
  const unfit = notModified ? undefined : checkAnswer(response, prepared.check, prepared.asksForEncoding);
  if (unfit !== undefined) throw unfit;
  checkShared(response, target, prepared, tools);
  const ttlMs = ttlOf(response, target, prepared, tools);
  // Not before: a run that stops at the first failure must not have sent the next request already.
  onAnswered();

  const beside = sideKey(target.key, target.layout);
  const { elapsedMs: requestMs } = response;
  const renew = (keep: Beside | undefined): Promise<boolean> =>
    tools.writer.renew({
      key: target.physicalKey,
      ttlMs,
      beside: keep,
      also: tools.also?.(target, ttlMs),
    });
  if (notModified) {
    if (await renew({ kind: 'renew', key: beside, ttlMs })) return { kind: 'revalidated', requestMs, ttlMs };
    // It expired, or was cleared, while the origin was asked: there is nothing left to renew.
    return fillTarget(target, prepared, undefined, tools, signal, onAnswered);
  }
  const next: Omit<Remembered, 'storedBytes'> = {
    etag: response.headers['etag'],
    lastModified: response.headers['last-modified'],
    digest: fill.conditional ? bodyDigest(response.body) : '',
    request,
  };
  const keep = (storedBytes: number): Beside | undefined => {
    // The way back from a key to its tags is kept also where nothing else is.
    if (!fill.conditional && target.tags.length === 0) return undefined;
    const fields = fill.conditional
      ? sideFields({ ...next, storedBytes }, target, tools.now())
      : [TAGS_FIELD, encodeTags(target.tags)];
    // Where nobody looked, there may well be one.
    return { kind: 'write', hash: { key: beside, ttlMs, fields }, replaces: known?.exists !== false };
  };
  if (remembered?.digest === next.digest && fill.value !== 'envelope') {
    const isSame = remembered.etag === next.etag && remembered.lastModified === next.lastModified;
    const kept = isSame ? ({ kind: 'renew', key: beside, ttlMs } as const) : keep(remembered.storedBytes);
    if (await renew(kept)) return { kind: 'revalidated', requestMs, ttlMs };
  }
  const encoded = encodeValue(response, prepared, target.layout.type);
  const value = encoded instanceof Promise ? await encoded : encoded;
  await tools.writer.put({
    key: target.physicalKey,
    value,
    ttlMs,
    beside: keep(value.length),
    also: tools.also?.(target, ttlMs),
  });
  return { kind: 'stored', bytes: value.length, requestMs, ttlMs };
}

/**
 * A target's answer, after as many retries as are allowed.
 * @param condition headers of this one request, besides the target's own
 */
export function requestTarget(
  target: Target,
  condition: Readonly<Record<string, string>> | undefined,
  tools: Pick<FillTools, 'origin' | 'retry' | 'timeouts'>,
  signal: AbortSignal,
): Promise<OriginResponse> {
  return getWithRetries(
    tools.origin,
    {
      url: target.url,
      headers: target.headers,
      condition,
      timeoutMs: target.timeoutMs,
      headersTimeoutMs: tools.timeouts.headersMs,
      bodyTimeoutMs: tools.timeouts.bodyMs,
      maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
    },
    tools.retry,
    signal,
  );
}

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
