import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText, printableKey } from '../keys/printable.ts';
import { notShareable } from '../origin/freshness.ts';
import type { OriginResponse } from '../origin/types.ts';
import type { BatchClient } from '../redis/batch-sender.ts';
import type { RedisReply } from '../redis/types.ts';
import { formatDurationMs } from '../units/duration.ts';
import { checkAnswer } from './check-answer.ts';
import { requestTarget, type AskTools } from './ask-target.ts';
import type { PreparedFill } from './prepare-fill.ts';
import type { Filled, Proof } from './result.ts';
import type { ExpectedKey, Target } from './target.ts';

/** What touching takes. */
export interface TouchTools extends AskTools {
  readonly redis: BatchClient;
  /** Call a second time, and look whether the answer comes from a cache. */
  readonly certify: boolean;
  /** Takes what can only be found by walking keys, to be verified later. */
  readonly verifyLater: (pending: PendingTouch) => void;
}

/** A touched target whose patterns are still to be found. */
export interface PendingTouch {
  readonly target: Target;
  readonly prepared: PreparedFill;
  readonly patterns: readonly ExpectedKey[];
  readonly requestMs: number;
  /** Why the application may have stored nothing, in words; `undefined` where its answer does not say. */
  readonly suspicion: string | undefined;
}

/**
 * `mode: touch`: calls the endpoint and proves that the application stored something.
 * @param onAnswered told as soon as the endpoint is not called any more
 * @throws CachectlError `touch.*` where it did not
 */
export async function touchTarget(
  target: Target,
  prepared: PreparedFill,
  tools: TouchTools,
  signal: AbortSignal,
  onAnswered: () => void,
): Promise<Filled> {
  const response = await requestTarget(target, undefined, tools, signal);
  const unfit = checkAnswer(response, prepared.check, true);
  if (unfit !== undefined) throw unfit;
  if (!tools.certify) onAnswered();
  const expected = target.expectKeys ?? [];
  const exact = expected.filter(({ isPattern }) => !isPattern);
  const patterns = expected.filter(({ isPattern }) => isPattern);
  const suspicion = notShareable(response.headers)?.says;
  await verifyExact(exact, prepared, tools.redis, suspicion);
  let proof: Proof = exact.length > 0 ? 'verified' : 'none';
  if (tools.certify) {
    const second = await requestTarget(target, undefined, tools, signal);
    certify(response, second, prepared, expected.length > 0);
    proof = 'verified';
  }
  if (patterns.length > 0) {
    tools.verifyLater({ target, prepared, patterns, requestMs: response.elapsedMs, suspicion });
    proof = 'pending';
  }
  return { kind: 'touched', requestMs: response.elapsedMs, proof };
}

async function verifyExact(
  keys: readonly ExpectedKey[],
  prepared: PreparedFill,
  redis: BatchClient,
  suspicion: string | undefined,
): Promise<void> {
  const lives = await redis.ask(
    keys.flatMap(({ places }) => places.map((key) => ({ key, command: ['PTTL', key] as const }))),
  );
  const replies = lives.values();
  for (const key of keys) {
    const problems = key.places.map(() => lifeProblem(replies.next().value, prepared));
    // One good place is enough: which one the application writes to is its own affair.
    if (problems.includes(undefined)) continue;
    const problem = problems.find((found) => found !== 'missing');
    throw problem === undefined ? nothingCached(key, suspicion) : wrongLife(key, problem);
  }
}

/** What is wrong with the reply to PTTL; `undefined` where the key is there and lives as long as it should. */
export function lifeProblem(
  reply: RedisReply | CachectlError | undefined,
  { fill }: PreparedFill,
): string | undefined {
  if (reply instanceof CachectlError) throw reply;
  const ms = Number(reply ?? -2);
  if (ms === -2) return 'missing';
  const { minSeconds, maxSeconds } = fill.expectTtl;
  if (ms === -1) return 'never expires';
  if (minSeconds !== undefined && ms < minSeconds * 1_000) {
    return `lives less than ${formatDurationMs(minSeconds * 1_000)}`;
  }
  if (maxSeconds !== undefined && ms > maxSeconds * 1_000) {
    return `lives longer than ${formatDurationMs(maxSeconds * 1_000)}`;
  }
  return undefined;
}

/** The endpoint answered, and nothing is cached. Messages name no target, so that causes group. */
export function nothingCached(key: ExpectedKey, suspicion: string | undefined): CachectlError {
  const why = suspicion === undefined ? '' : `: its answer ${suspicion}`;
  return new CachectlError(`the application cached nothing${why}`, {
    code: 'touch.not-cached',
    exitCode: ExitCode.partial,
    hint: `${key.isPattern ? 'no key matches' : 'there is no key'} ${printableKey(Buffer.from(key.text, 'utf8'))}; expect_keys says what is looked for`,
  });
}

/** The key is there, and its TTL is not what it should be. */
export function wrongLife(key: ExpectedKey, problem: string): CachectlError {
  return new CachectlError(`what the application cached ${problem}`, {
    code: 'touch.ttl',
    exitCode: ExitCode.partial,
    hint: `look at ${printableKey(Buffer.from(key.text, 'utf8'))}; expect_ttl says how long it may live`,
  });
}

/** Headers that caches tell hits with, where the entry names none. */
const HIT_HEADERS = ['x-cache', 'x-cache-status', 'cf-cache-status', 'x-varnish-cache', 'x-proxy-cache'];
/** A second answer in less than this share of the first one's time came from a cache. */
const FASTER = 0.5;

function certify(
  first: OriginResponse,
  second: OriginResponse,
  { fill, check }: PreparedFill,
  hasKeys: boolean,
): void {
  const unfit = checkAnswer(second, check, true);
  if (unfit !== undefined) throw unfit;
  const wanted = fill.certifyHeader;
  if (wanted !== undefined) {
    const found = second.headers[wanted.name.toLowerCase()];
    if (found?.toLowerCase().includes(wanted.value.toLowerCase()) === true) return;
    throw notCertified(
      found === undefined
        ? `the second answer has no header ${wanted.name}`
        : `the second answer says ${wanted.name}: ${escapeText(found)}`,
    );
  }
  for (const name of HIT_HEADERS) {
    const found = second.headers[name];
    if (found === undefined) continue;
    if (/\bhit\b/i.test(found)) return;
    throw notCertified(`the second answer says ${name}: ${escapeText(found)}`);
  }
  if (second.headers['age'] !== undefined && second.headers['age'] !== '0') return;
  // Keys that are there prove more than the time does.
  if (hasKeys || second.elapsedMs <= first.elapsedMs * FASTER) return;
  throw notCertified('the second answer took as long as the first, and no header tells a hit');
}

function notCertified(message: string): CachectlError {
  return new CachectlError(message, {
    code: 'touch.not-certified',
    exitCode: ExitCode.partial,
    hint: 'certify_header names the header that tells a hit; expect_keys proves it by what is stored',
  });
}
