import { createConnectionLog, type ConnectionLog } from '../redis/connection-log.ts';
import type { RedisClient } from '../redis/types.ts';
import type { Progress } from '../terminal/progress.ts';

/** What a run opens and must close again. */
export class Resources {
  readonly #progress = new Set<Progress>();
  #redis: Promise<RedisClient> | undefined;
  #log: ConnectionLog | undefined;

  redis(open: () => Promise<RedisClient>): Promise<RedisClient> {
    this.#redis ??= open();
    return this.#redis;
  }

  /** The log of the one connection; it tells of round trips when the connection is closed. */
  connectionLog(say: (message: string) => void): ConnectionLog {
    this.#log ??= createConnectionLog(say);
    return this.#log;
  }

  track(progress: Progress): Progress {
    this.#progress.add(progress);
    return progress;
  }

  stopProgress(): void {
    for (const progress of this.#progress) progress.stop();
    this.#progress.clear();
  }

  async close(): Promise<void> {
    this.stopProgress();
    const client = await this.#redis?.catch(() => undefined);
    this.#log?.summarize();
    await client?.close();
  }
}
