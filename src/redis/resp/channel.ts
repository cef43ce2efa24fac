import type { BulkChannel, KeyScan } from '../bulk-channel.ts';
import { encodeCommands } from './encode.ts';
import { request } from './request.ts';
import type { RespConnection } from './resp-connection.ts';
import { readScanReply, sliceKeys } from './scan-reply.ts';
import { runSweep } from './sweep.ts';
import { translateRedisError } from '../translate-error.ts';

/** A channel over one connection of our own. */
export function respChannel(connection: RespConnection): BulkChannel {
  const { address } = connection;
  const pipeline: BulkChannel['pipeline'] = (encoded, replies) => request(connection, encoded, replies);
  const scanOnce = (cursor: string, { pattern, count }: KeyScan): Promise<ScannedKeys> => {
    const match = pattern === undefined ? [] : ['MATCH', pattern];
    const command = encodeCommands([['SCAN', cursor, ...match, 'COUNT', count]]);
    return new Promise((resolve, reject) => {
      const receive = (bytes: Buffer, start: number, end: number): void => {
        try {
          const reply = readScanReply(bytes, start, end);
          resolve({ cursor: reply.cursor, keys: sliceKeys(bytes, reply) });
        } catch (error) {
          reject(translateRedisError(error, address));
        }
      };
      connection.send([command], 1, { receive, lose: reject });
    });
  };
  return {
    address,
    pipeline,
    call: async (...command) => {
      const reply = (await pipeline(encodeCommands([command]), 1)).value(0);
      if (reply instanceof Error) throw reply;
      return reply;
    },
    scan: async function* (query, signal): AsyncGenerator<readonly Buffer[], void, void> {
      let next: Promise<ScannedKeys> | undefined = scanOnce('0', query);
      try {
        while (next !== undefined && !signal.aborted) {
          const { cursor, keys }: ScannedKeys = await next;
          next = cursor === '0' ? undefined : scanOnce(cursor, query);
          if (keys.length > 0) yield keys;
        }
      } finally {
        // A caller that stops early leaves one SCAN under way; its failure concerns nobody.
        next?.catch(() => undefined);
      }
    },
    sweep: (plan, signal) => runSweep(connection, plan, signal),
    listen: (encoded, listener) => connection.listen(encoded, listener),
    close: () => connection.close(),
  };
}

interface ScannedKeys {
  readonly cursor: string;
  readonly keys: readonly Buffer[];
}
