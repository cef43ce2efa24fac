import { CachectlError } from '../cli/errors.ts';
import { restAfter } from '../pace/keep-pace.ts';
import type { Pace } from '../pace/pace.ts';
import type { LostNode, RedisClient, RedisCommand, RedisNode } from '../redis/types.ts';
import type { BoundSelection } from '../selection/bind.ts';
import { lifeClass } from '../selection/breakdown.ts';
import type { KeyFacts } from '../selection/facts.ts';
import { walkSelection } from '../selection/walk.ts';
import { guardOf, newLife, type LifeChange, type NewLife } from './change.ts';

/** Keys by life class. */
export type Lives = ReadonlyMap<string, number>;

/** What was done. */
export interface TtlResult {
  readonly matched: number;
  readonly changed: number;
  /** Had the wanted life already, or none that could be changed. */
  readonly unchanged: number;
  readonly before: Lives;
  readonly after: Lives;
  readonly lost: readonly LostNode[];
  readonly failure: CachectlError | undefined;
}

/** How to change. */
export interface TtlExecuteOptions {
  readonly change: LifeChange;
  readonly dryRun: boolean;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Holds back what is written; `undefined` where nothing is. */
  readonly pace: Pace | undefined;
  readonly signal: AbortSignal;
  readonly onProgress: (done: number) => void;
}

/** Changes the life of every selected key that exists. */
export async function executeTtl(
  client: RedisClient,
  bound: BoundSelection,
  options: TtlExecuteOptions,
): Promise<TtlResult> {
  const before = new Map<string, number>();
  const after = new Map<string, number>();
  const lost: LostNode[] = [];
  const writer = new LifeWriter(guardOf(options.change));
  let matched = 0;
  let changed = 0;
  let failure: CachectlError | undefined;
  const changeBatch = async (node: RedisNode, keys: readonly KeyFacts[]): Promise<void> => {
    const lives = keys.map(({ ttlMs }) => newLife(options.change, ttlMs, options.random()));
    const done = options.dryRun
      ? lives.map(({ kind }) => kind !== 'keep')
      : await writer.write(node, keys, lives);
    for (const [index, { ttlMs }] of keys.entries()) {
      const life = lives[index] ?? { kind: 'keep' };
      const isChanged = done[index] === true;
      add(before, lifeClass(ttlMs));
      add(after, lifeClass(isChanged ? msOf(life) : ttlMs));
      if (isChanged) changed++;
    }
    matched += keys.length;
    options.onProgress(matched);
    if (options.pace !== undefined) await restAfter(options.pace, matched, options.signal);
  };
  try {
    const batches = walkSelection(client, bound, {
      signal: options.signal,
      reading: options.dryRun,
      facts: ['ttl'],
      // A tag whose list is gone before its items cannot be cleared any more.
      itemsOnly: true,
      each: options.dryRun ? 'once' : undefined,
      onLost: (node) => lost.push(node),
    });
    for await (const { node, facts } of batches) await changeBatch(node, facts ?? []);
  } catch (error) {
    if (!(error instanceof CachectlError) || matched === 0) throw error;
    failure = error;
  }
  return { matched, changed, unchanged: matched - changed, before, after, lost, failure };
}

function msOf(life: NewLife): number | undefined {
  return life.kind === 'expire' ? life.ms : undefined;
}

function add(lives: Map<string, number>, name: string): void {
  lives.set(name, (lives.get(name) ?? 0) + 1);
}

/** Writes lives, guarded where the server knows how. */
class LifeWriter {
  #guard: string | undefined;

  constructor(guard: string | undefined) {
    this.#guard = guard;
  }

  /** @returns for each key whether it was changed */
  async write(
    node: RedisNode,
    keys: readonly KeyFacts[],
    lives: readonly NewLife[],
  ): Promise<readonly boolean[]> {
    const commands = keys.flatMap(({ key }, index): readonly RedisCommand[] => {
      const life = lives[index];
      if (life === undefined || life.kind === 'keep') return [];
      if (life.kind === 'forever') return [['PERSIST', key]];
      return [['PEXPIRE', key, life.ms, ...(this.#guard === undefined ? [] : [this.#guard])]];
    });
    const replies = await node.pipeline(commands);
    const refused = replies.find((reply) => reply instanceof CachectlError);
    if (refused instanceof CachectlError) {
      if (this.#guard === undefined || !/wrong number|syntax|unsupported option/i.test(refused.message))
        throw refused;
      // An older server: the life that was read a moment ago has to do.
      this.#guard = undefined;
      return this.write(node, keys, lives);
    }
    const answers = replies.values();
    return lives.map(({ kind }) => kind !== 'keep' && answers.next().value === 1);
  }
}
