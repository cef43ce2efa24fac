import { chooseConnection } from '../cli/connection.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { DEFAULT_REDIS_URL } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import { layoutLine } from '../layout/report.ts';
import { detectLayouts } from '../layout/detect.ts';
import { takeSample } from '../layout/sample.ts';
import type { RedisClient } from '../redis/types.ts';
import { parseRedisUrl } from '../redis/url.ts';
import { formatCount } from '../units/number.ts';

/** Which Redis it is to be, and what was found there. */
export interface RedisAnswer {
  readonly url: string;
  readonly username: string | undefined;
  readonly needsPassword: boolean;
  /** `undefined` where nothing was tried, or nobody answered and the person went on nevertheless. */
  readonly found: { readonly type: string; readonly line: string; readonly reason: string } | undefined;
}

/** Looked at for the layout: a few seconds are much for somebody who waits. */
const SAMPLE = { keys: 5_000, withinMs: 2_000 };

/**
 * Asks for the address and tries it at once. What flags or the environment say is not asked.
 * @throws CachectlError with the cause where Redis cannot be reached and nobody is there to give another address
 */
export async function answerRedis(context: Context, check: boolean): Promise<RedisAnswer> {
  const known = knownUrl(context);
  for (let attempt = 1; ; attempt++) {
    const typed =
      context.canAsk && (known === undefined || attempt > 1)
        ? (await context.prompter.text(`Redis (Enter: ${known?.shown ?? DEFAULT_REDIS_URL})`)).trim()
        : '';
    const url = typed === '' ? (known?.url ?? DEFAULT_REDIS_URL) : typed;
    try {
      return await tryUrl(url, context, check);
    } catch (error) {
      if (!(error instanceof CachectlError) || !context.canAsk || context.signal.aborted) throw error;
      context.messages.warn(error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
      if (await context.prompter.yesNo('Write it down nevertheless?')) return answerOf(url, false, undefined);
    }
  }
}

/** What `--url` or the environment name. */
function knownUrl({ options, host }: Context): { readonly url: string; readonly shown: string } | undefined {
  const url = options.redisUrl ?? host.env['CACHECTL_URL'] ?? host.env['REDIS_URL'];
  return url === undefined || url === '' ? undefined : { url, shown: withoutSecrets(url) };
}

async function tryUrl(url: string, context: Context, check: boolean): Promise<RedisAnswer> {
  const { password } = chooseConnection(
    { ...context.options, redisUrl: url },
    context.host.env,
    undefined,
  ).options;
  if (!check) return answerOf(url, password.kind !== 'none', undefined);
  const client = await connect(url, context);
  try {
    const asked = client.usedPassword || password.kind !== 'none';
    return answerOf(url, asked, await findLayout(client.redis, context));
  } finally {
    await client.redis.close();
  }
}

/** Where the server wants a password and somebody is there, they are asked for it. */
async function connect(
  url: string,
  context: Context,
): Promise<{ readonly redis: RedisClient; readonly usedPassword: boolean }> {
  try {
    return { redis: await context.connectTo(url), usedPassword: false };
  } catch (error) {
    const isRefused = error instanceof CachectlError && error.exitCode === ExitCode.refused;
    if (!isRefused || !context.canAsk || context.signal.aborted) throw error;
    context.messages.warn(error.message);
    const password = await context.prompter.secret('Its password');
    return { redis: await context.connectTo(url, password), usedPassword: true };
  }
}

async function findLayout(client: RedisClient, context: Context): Promise<RedisAnswer['found']> {
  const sample = await takeSample(client, SAMPLE, context.host.clock, context.signal);
  const [best] = detectLayouts(sample.keys);
  if (best === undefined || sample.keys.length === 0) {
    return {
      type: 'plain',
      line: layoutLine({ type: 'plain', prefix: '' }),
      reason: 'there were no keys to find it out from',
    };
  }
  return {
    type: best.spec.type,
    line: layoutLine(best.spec),
    reason: `it fits ${formatCount(best.fits)} of ${formatCount(sample.keys.length)} keys that were looked at`,
  };
}

function answerOf(url: string, needsPassword: boolean, found: RedisAnswer['found']): RedisAnswer {
  return { url: withoutSecrets(url), username: parseRedisUrl(url).username, needsPassword, found };
}

/** Users and passwords have places of their own in the file. */
function withoutSecrets(url: string): string {
  return escapeText(url.replace(/^([a-z+]+:\/\/)[^@/]*@/i, '$1'));
}
