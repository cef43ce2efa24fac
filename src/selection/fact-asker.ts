import { BatchSender } from '../redis/batch-sender.ts';
import type { RedisNode } from '../redis/types.ts';
import { askFacts, type Condition, type Fact } from './facts.ts';
import type { SelectedBatch } from './walk.ts';

/** Asks the servers what a selection needs to know of its keys; for one walk, and closed at its end. */
export class FactAsker {
  readonly #conditions: readonly Condition[];
  readonly #senders = new Map<string, BatchSender>();

  constructor(conditions: readonly Condition[]) {
    this.#conditions = conditions;
  }

  /** Whether anything has to be asked where these facts are wanted. */
  asks(facts: readonly Fact[]): boolean {
    return facts.length > 0 || this.#conditions.length > 0;
  }

  /**
   * Those of the keys that meet the conditions, with the facts; `undefined` where none does.
   * @param cursor where the walk goes on after these keys
   */
  async look(
    node: RedisNode,
    keys: readonly Buffer[],
    facts: readonly Fact[],
    cursor?: string,
  ): Promise<SelectedBatch | undefined> {
    if (keys.length === 0) return undefined;
    if (!this.asks(facts)) return { node, keys, facts: undefined, cursor };
    const found = await askFacts(this.#pipelineOf(node), keys, this.#conditions, facts);
    return found.length === 0 ? undefined : { node, keys: found.map(({ key }) => key), facts: found, cursor };
  }

  close(): void {
    for (const sender of this.#senders.values()) sender.close();
  }

  /** One sender for each server: it has a connection of its own where that makes many questions cheaper. */
  #pipelineOf(node: RedisNode): RedisNode['pipeline'] {
    let sender = this.#senders.get(node.address);
    if (sender === undefined) {
      sender = new BatchSender(node);
      this.#senders.set(node.address, sender);
    }
    return (commands) => sender.send(commands);
  }
}
