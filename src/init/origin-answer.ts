import type { Context } from '../cli/context.ts';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { askOnce } from '../origin/ask-once.ts';
import { createOriginClient } from '../origin/client.ts';
import type { InitOptions } from './options.ts';

const DEFAULT_ORIGIN = 'http://127.0.0.1:8000';

/**
 * Asks for the application's address and tries it at once: any answer is one.
 * @throws CachectlError with the cause where it does not answer and nobody is there to give another address
 */
export async function answerOrigin(options: InitOptions, context: Context): Promise<string> {
  const given = options.originUrl ?? context.host.env['ORIGIN_URL'];
  for (let attempt = 1; ; attempt++) {
    const typed =
      context.canAsk && (given === undefined || attempt > 1)
        ? (
            await context.prompter.text(`Address of the application (Enter: ${given ?? DEFAULT_ORIGIN})`)
          ).trim()
        : '';
    try {
      const url = normalize(typed === '' ? (given ?? DEFAULT_ORIGIN) : typed);
      if (options.check) await tryOrigin(url, context);
      return url;
    } catch (error) {
      if (!(error instanceof CachectlError) || !context.canAsk || context.signal.aborted) throw error;
      context.messages.warn(error.hint === undefined ? error.message : `${error.message} (${error.hint})`);
      if (!(error instanceof UsageError) && (await context.prompter.yesNo('Write it down nevertheless?'))) {
        return normalize(typed === '' ? (given ?? DEFAULT_ORIGIN) : typed);
      }
    }
  }
}

function normalize(text: string): string {
  const whole = /^[a-z]+:\/\//i.test(text) ? text : `http://${text}`;
  if (!/^https?:/i.test(whole) || !URL.canParse(whole)) {
    throw new UsageError(`"${text}" is no web address`, { hint: 'it looks like http://127.0.0.1:8000' });
  }
  return new URL(whole).href.replace(/\/$/, '');
}

async function tryOrigin(url: string, context: Context): Promise<void> {
  const client = createOriginClient({ connections: 1 });
  try {
    const { status, elapsedMs } = await askOnce(
      client,
      { url: new URL(url).href, headers: {}, timeoutMs: 10_000, maxBodyBytes: 64 * 1024 * 1024 },
      context.signal,
    );
    context.messages.note(`${url} answers ${status} in ${Math.round(elapsedMs)} ms`);
  } finally {
    await client.close();
  }
}
