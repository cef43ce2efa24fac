import { chooseConnection } from '../cli/connection.ts';
import type { GlobalOptions } from '../cli/global-options.ts';
import type { LoadedSpec } from '../config/loaded.ts';
import type { Host } from '../host.ts';
import type { Layout } from '../keys/layout.ts';
import { escapeGlob } from '../keys/pattern.ts';
import { decodeUtf8 } from '../keys/printable.ts';
import { createConnectionLog } from '../redis/connection-log.ts';
import { connectRedis } from '../redis/connect.ts';
import type { RedisClient } from '../redis/types.ts';

/** What the command line says about where keys are and what they are called. */
export interface BeginningsContext {
  readonly globals: GlobalOptions;
  readonly loaded: LoadedSpec | undefined;
  readonly layout: Layout;
  readonly host: Host;
}

/** A Tab has to be quick, and the server has other things to do. */
const LIMIT_MS = 200;
/** More are no help on a screen. */
const MOST_OFFERS = 200;

/**
 * What keys go on with after what was typed, up to the next `:`: `user:` for `us`, `user:42` for `user:4`. Walks
 * keys for at most 200 ms and changes nothing. Nobody is asked for a password, so there are no keys where it would take
 * that, or a program to run.
 */
export async function keyBeginnings(
  current: string,
  { globals, loaded, layout, host }: BeginningsContext,
): Promise<readonly string[]> {
  const { options } = chooseConnection(globals, host.env, loaded);
  if (['stdin', 'prompt', 'command'].includes(options.password.kind)) return [];
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error('time is up')), LIMIT_MS);
  const found = new Set<string>();
  let client: RedisClient | undefined;
  try {
    client = await connectRedis(
      { ...options, retries: 0 },
      {
        signal: controller.signal,
        log: createConnectionLog(() => undefined),
        now: () => host.clock.monotonicMs(),
        secrets: {
          stdin: host.stdin,
          env: host.env,
          cwd: host.cwd,
          canAsk: false,
          askSecret: () => Promise.resolve(undefined),
          signal: controller.signal,
        },
      },
    );
    for await (const beginning of walkBeginnings(client, layout, current, controller.signal)) {
      found.add(beginning);
      if (found.size >= MOST_OFFERS) break;
    }
  } catch {
    // What was found by then is offered.
  } finally {
    clearTimeout(timer);
    await client?.close();
  }
  return [...found].sort();
}

async function* walkBeginnings(
  client: RedisClient,
  layout: Layout,
  current: string,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const pattern = layout.toPhysicalPattern(
    Buffer.concat([escapeGlob(Buffer.from(current)), Buffer.from('*')]),
  );
  for await (const { keys } of client.walk({ pattern, reading: true }, signal, () => undefined)) {
    for (const key of keys) {
      const logical = layout.toLogical(key);
      const text = logical === undefined ? undefined : decodeUtf8(logical);
      if (text?.startsWith(current) === true) yield beginningOf(text, current.length);
    }
  }
}

/** A key up to the first `:` after so many characters, that included. */
export function beginningOf(key: string, typed: number): string {
  const end = key.indexOf(':', typed);
  return end === -1 ? key : key.slice(0, end + 1);
}
