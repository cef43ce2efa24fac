import { setTimeout as sleep } from 'node:timers/promises';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import type { Layout } from '../keys/layout.ts';
import type { RedisClient, RedisNode } from '../redis/types.ts';

/** A lock lives no longer than this after its owner was killed; renewed three times as often. */
export const LOCK_LIFE_MS = 30_000;
/** Another run may take long; nothing waits for ever. */
const LONGEST_WAIT_MS = 10 * 60_000;
const POLL_MS = 500;

/** Compare and act in one step, as https://redis.io/docs/latest/commands/set/#patterns has it. */
const RELEASE =
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) else return 0 end";
const RENEW =
  "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('PEXPIRE', KEYS[1], ARGV[2]) else return 0 end";

/** What a run does where another one holds the lock. */
export type LockMode = 'wait' | 'skip' | 'off';

/** What locking takes. */
export interface LockOptions {
  readonly client: RedisClient;
  readonly layout: Layout;
  /** Unlike any other run's. */
  readonly token: string;
  readonly mode: Exclude<LockMode, 'off'>;
  /** How long it lives without being renewed; {@link LOCK_LIFE_MS} unless given. */
  readonly lifeMs?: number;
  readonly signal: AbortSignal;
  readonly onWait: (scope: string) => void;
  /** Locks cannot be used, or one was lost: the run goes on without. */
  readonly onTrouble: (message: string) => void;
}

/** Held locks. */
export interface HeldLocks {
  /** Scopes that another run holds; only where the mode is `skip`. */
  readonly skipped: ReadonlySet<string>;
  /** Gives back what is still ours. */
  readonly release: () => Promise<void>;
  /** Leaves them to run out. */
  readonly forget: () => void;
}

/** The physical key of a scope's lock. */
export function lockKey(scope: string, layout: Layout): Buffer {
  return layout.toPhysical(Buffer.from(`cachectl:lock:warm:${scope}`, 'utf8'));
}

/** Whether anybody holds a lock now. */
export async function existsLock(
  name: string,
  { client, layout }: Pick<LockOptions, 'client' | 'layout'>,
): Promise<boolean> {
  const key = lockKey(name, layout);
  const [share] = await client.nodesFor([key]);
  return share !== undefined && Number(await share.node.call('EXISTS', key)) > 0;
}

/**
 * Takes the locks of scopes, one after the other in the order of their names, so that two runs never wait
 * for each other.
 * @throws CachectlError `warm.locked` where another run holds one for too long; the reason of the abort
 */
export async function takeLocks(scopes: readonly string[], options: LockOptions): Promise<HeldLocks> {
  const held: { readonly scope: string; readonly lock: Lock }[] = [];
  const skipped = new Set<string>();
  let isOver = false;
  let renewing: Promise<void> | undefined;
  const forget = (): void => {
    isOver = true;
    clearInterval(timer);
  };
  const release = async (): Promise<void> => {
    forget();
    // What is renewed after it was given back would be taken again, by nobody.
    await renewing;
    await Promise.all(held.map(({ lock }) => lock.release()));
  };
  const renewAll = async (): Promise<void> => {
    for (const { scope, lock } of held) {
      if (isOver) return;
      if (await lock.renew()) continue;
      options.onTrouble(`the lock of scope ${escapeText(scope)} was lost: another run may warm it as well`);
    }
  };
  const timer = setInterval(
    () => {
      renewing ??= renewAll()
        .catch(() => undefined)
        .finally(() => (renewing = undefined));
    },
    lifeOf(options) / 3,
  );
  timer.unref();
  try {
    for (const scope of [...scopes].sort()) {
      const lock = await Lock.at(lockKey(scope, options.layout), options);
      const result = await waitFor(lock, scope, options);
      if (result === 'taken') held.push({ scope, lock });
      else if (result === 'skipped') skipped.add(scope);
      else break;
    }
  } catch (error) {
    await release();
    throw error;
  }
  return { skipped, release, forget };
}

async function waitFor(
  lock: Lock,
  scope: string,
  options: LockOptions,
): Promise<'taken' | 'skipped' | 'unusable'> {
  for (let waitedMs = 0; ; waitedMs += POLL_MS) {
    try {
      if (await lock.take()) return 'taken';
    } catch (error) {
      if (!(error instanceof CachectlError) || error.exitCode === ExitCode.unreachable) throw error;
      options.onTrouble(`no lock, so that another run may warm the same scopes: ${error.message}`);
      return 'unusable';
    }
    if (options.mode === 'skip') return 'skipped';
    if (waitedMs === 0) options.onWait(scope);
    if (waitedMs >= LONGEST_WAIT_MS) {
      throw new CachectlError(`another run has been warming scope ${escapeText(scope)} for 10 minutes`, {
        code: 'warm.locked',
        exitCode: ExitCode.partial,
        hint: '--lock skip leaves it to the other run, --lock off takes no notice of it',
      });
    }
    try {
      await sleep(POLL_MS, undefined, { signal: options.signal });
    } catch {
      options.signal.throwIfAborted();
    }
  }
}

function lifeOf({ lifeMs }: Pick<LockOptions, 'lifeMs'>): number {
  return lifeMs ?? LOCK_LIFE_MS;
}

class Lock {
  readonly #node: RedisNode;
  readonly #key: Buffer;
  readonly #token: string;
  readonly #lifeMs: number;

  private constructor(node: RedisNode, key: Buffer, options: Pick<LockOptions, 'token' | 'lifeMs'>) {
    this.#node = node;
    this.#key = key;
    this.#token = options.token;
    this.#lifeMs = lifeOf(options);
  }

  static async at(key: Buffer, options: Pick<LockOptions, 'client' | 'token' | 'lifeMs'>): Promise<Lock> {
    const [share] = await options.client.nodesFor([key]);
    if (share === undefined) throw new Error('no node owns the lock');
    return new Lock(share.node, key, options);
  }

  async take(): Promise<boolean> {
    const reply = await this.#node.call('SET', this.#key, this.#token, 'NX', 'PX', this.#lifeMs);
    // A command whose reply was lost is sent again, and then finds what it wrote itself.
    return String(reply) === 'OK' || (await this.#isOurs());
  }

  /** `false` where it is not ours any more, and cannot be taken again. */
  async renew(): Promise<boolean> {
    const renewed = await this.#ifOurs(RENEW, [this.#lifeMs], ['PEXPIRE', this.#key, this.#lifeMs]);
    // Gone, with everything else, by a FLUSHDB: nobody has it, so it may be ours again.
    return renewed || this.take();
  }

  /** Never throws: a lock that cannot be given back runs out. */
  async release(): Promise<void> {
    await this.#ifOurs(RELEASE, [], ['DEL', this.#key]).catch(() => false);
  }

  async #isOurs(): Promise<boolean> {
    const owner = await this.#node.call('GET', this.#key);
    return Buffer.isBuffer(owner) && owner.toString('latin1') === this.#token;
  }

  async #ifOurs(
    script: string,
    args: readonly number[],
    plain: readonly [string, ...(Buffer | number)[]],
  ): Promise<boolean> {
    try {
      return Number(await this.#node.call('EVAL', script, 1, this.#key, this.#token, ...args)) === 1;
    } catch (error) {
      if (!(error instanceof CachectlError) || error.exitCode === ExitCode.unreachable) throw error;
      // No scripts here. Between looking and acting the lock could run out, and be another run's.
      if (!(await this.#isOurs())) return false;
      return Number(await this.#node.call(...plain)) === 1;
    }
  }
}
