import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { KeyedCommand } from '../redis/batch-sender.ts';
import type { RedisArgument, RedisClient, RedisCommand, RedisNode } from '../redis/types.ts';
import { ADD } from './scripts.ts';
import { NEVER } from './tag-sets.ts';

/**
 * How a server takes tags: in one script for all tags of a key; in one for each, in a cluster, where every set
 * may be another node's; or in a transaction for each, where scripts are not allowed.
 */
type Way = 'script' | 'script-each' | 'transaction';

/**
 * In a cluster a set is written at the same time as the entry, and by another clock: it must not be the first to
 * expire, or the entry would be one that no tag finds.
 */
const CLUSTER_SLACK_MS = 1_000;

/** Adds keys to the sets of their tags, in whatever way the server allows. */
export class TagWriter {
  readonly #way: Way;
  /** The server's clock less the one here, in ms; needed only without scripts. */
  readonly #aheadMs: number;
  readonly #now: () => number;
  readonly #slackMs: number;

  private constructor(way: Way, isCluster: boolean, aheadMs: number, now: () => number) {
    this.#slackMs = isCluster ? CLUSTER_SLACK_MS : 0;
    this.#way = way;
    this.#aheadMs = aheadMs;
    this.#now = now;
  }

  /**
   * Finds out how.
   * @param now milliseconds since the epoch
   * @throws CachectlError `tags.unsupported` where neither scripts nor PEXPIREAT with a condition are to be had
   */
  static async open(client: RedisClient, now: () => number): Promise<TagWriter> {
    const [node] = await client.primaries();
    if (node === undefined) throw new Error('no primary');
    const isCluster = client.kind === 'cluster';
    const [script] = await node.pipeline([['EVAL', 'return 1', 0]]);
    if (!(script instanceof CachectlError)) {
      return new TagWriter(isCluster ? 'script-each' : 'script', isCluster, 0, now);
    }
    if (script.code !== 'redis.permission' && !/unknown command/i.test(script.message)) throw script;
    return new TagWriter('transaction', isCluster, await measureClock(node, now), now);
  }

  /**
   * The commands that tag a key, each keyed by the set that it is about.
   * @param sets physical keys of the tags' sets, each once
   * @param ttlMs how long the key still lives; `undefined`: for ever
   */
  commands(sets: readonly Buffer[], member: Buffer, ttlMs: number | undefined): readonly KeyedCommand[] {
    const [first] = sets;
    if (first === undefined) return [];
    const lifeMs = ttlMs === undefined ? undefined : ttlMs + this.#slackMs;
    const args: readonly RedisArgument[] = [lifeMs ?? -1, member];
    switch (this.#way) {
      case 'script':
        return [{ key: first, command: ['EVAL', ADD, sets.length, ...sets, ...args] }];
      case 'script-each':
        return sets.map((set) => ({ key: set, command: ['EVAL', ADD, 1, set, ...args] }));
      case 'transaction':
        return sets.flatMap((set) =>
          this.#transaction(set, member, lifeMs).map((command) => ({ key: set, command })),
        );
    }
  }

  /** GT leaves alone what never expires, as a new set does: NX gives that one its expiry. */
  #transaction(set: Buffer, member: Buffer, ttlMs: number | undefined): readonly RedisCommand[] {
    const nowMs = Math.round(this.#now() + this.#aheadMs);
    const score = ttlMs === undefined ? NEVER : nowMs + ttlMs;
    return [
      ['MULTI'],
      ['ZREMRANGEBYSCORE', set, '-inf', `(${nowMs}`],
      ['ZADD', set, score, member],
      ['PEXPIREAT', set, score, 'NX'],
      ['PEXPIREAT', set, score, 'GT'],
      ['EXEC'],
    ];
  }
}

async function measureClock(node: RedisNode, now: () => number): Promise<number> {
  const [time, conditional] = await node.pipeline([
    ['TIME'],
    // Nothing is there to expire: this only asks whether the server knows GT (since 7.0).
    ['PEXPIREAT', 'cachectl:tag:', 1, 'GT'],
  ]);
  if (
    conditional instanceof CachectlError &&
    /syntax|wrong number|unsupported option/i.test(conditional.message)
  ) {
    throw new CachectlError(
      'this Redis cannot keep tags: its user may run no scripts, and it is older than 7.0',
      {
        code: 'tags.unsupported',
        exitCode: ExitCode.refused,
        hint: 'let the user run EVAL on the keys of the layout: ACL SETUSER NAME +eval',
      },
    );
  }
  if (!Array.isArray(time)) return 0;
  const [seconds, microseconds] = (time as readonly unknown[]).map(Number);
  return (seconds ?? 0) * 1_000 + (microseconds ?? 0) / 1_000 - now();
}
