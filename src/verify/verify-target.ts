import { CachectlError } from '../cli/errors.ts';
import type { RetryPolicy } from '../origin/retry.ts';
import type { OriginClient } from '../origin/types.ts';
import type { RedisClient, RedisReply } from '../redis/types.ts';
import type { JsonPath } from '../text/json-path.ts';
import type { TargetSettings } from '../warm/build-target.ts';
import { checkAnswer } from '../warm/check-answer.ts';
import { encodeValue } from '../warm/encode-value.ts';
import { requestTarget } from '../warm/ask-target.ts';
import type { PreparedFill } from '../warm/prepare-fill.ts';
import type { Target } from '../warm/target.ts';
import { compareValues, type Comparison } from './compare.ts';

/** What became of one target. */
export type TargetVerdict =
  | Comparison
  | { readonly kind: 'missing' }
  /** The application stores it itself: cachectl does not know in which form. */
  | { readonly kind: 'skipped' }
  /** The origin gave no answer that would be stored. */
  | { readonly kind: 'failed'; readonly error: CachectlError };

/** What verifying takes. */
export interface VerifyTools {
  readonly client: RedisClient;
  readonly origin: OriginClient;
  readonly retry: RetryPolicy;
  readonly settings: TargetSettings;
  readonly prepared: PreparedFill;
  readonly ignore: readonly JsonPath[];
}

/**
 * Compares a target's entry with what the origin answers now. A difference is looked at once more, both sides
 * anew: the entry may have been written between the two looks.
 * @throws CachectlError where Redis fails; the reason of the abort
 */
export async function verifyTarget(
  target: Target,
  tools: VerifyTools,
  signal: AbortSignal,
): Promise<TargetVerdict> {
  if (tools.prepared.fill.mode === 'touch') return { kind: 'skipped' };
  const first = await compareOnce(target, tools, signal);
  return first.kind === 'different' ? compareOnce(target, tools, signal) : first;
}

async function compareOnce(target: Target, tools: VerifyTools, signal: AbortSignal): Promise<TargetVerdict> {
  // Asked for first: where nothing is cached, the origin need not work.
  const cached = await readEntry(target.physicalKey, tools.client);
  if (cached === null) return { kind: 'missing' };
  let wanted: Buffer;
  try {
    const { defaults, layout } = tools.settings;
    const timeouts = { headersMs: defaults.headersTimeoutMs, bodyMs: defaults.bodyTimeoutMs };
    const response = await requestTarget(target, target.headers, { ...tools, timeouts }, signal);
    const unfit = checkAnswer(response, tools.prepared.check, tools.prepared.asksForEncoding);
    if (unfit !== undefined) throw unfit;
    wanted = await encodeValue(response, tools.prepared, layout.type);
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CachectlError)) throw error;
    return { kind: 'failed', error };
  }
  if (!Buffer.isBuffer(cached)) return { kind: 'undecodable', reason: 'its key holds no string' };
  return compareValues(cached, wanted, tools.ignore);
}

/** `null` where there is nothing; `false` where the key holds a hash, a list or the like. */
async function readEntry(key: Buffer, client: RedisClient): Promise<RedisReply> {
  const [share] = await client.nodesFor([key], { reading: false });
  if (share === undefined) throw new Error('no server owns the key');
  const [reply] = await share.node.pipeline([['GET', key]]);
  if (!(reply instanceof CachectlError)) return reply ?? null;
  if (/WRONGTYPE/.test(reply.message)) return false;
  throw reply;
}
