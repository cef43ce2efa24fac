import type { BulkChannel, KeyScan } from '../bulk-channel.ts';
import { encodeCommands, encodeForRun, sizeForRun } from './encode.ts';
import { KeyRun } from './key-run.ts';
import { request } from './request.ts';
import type { RespConnection } from './resp-connection.ts';
import { Rooms } from './rooms.ts';
import { readScanReply } from './scan-reply.ts';
import { runSweep } from './sweep.ts';
import { translateRedisError } from '../translate-error.ts';

/** A channel over one connection of our own. */
export function respChannel(connection: RespConnection): BulkChannel {
  const { address } = connection;
  const pipeline: BulkChannel['pipeline'] = (encoded, replies) => request(connection, encoded, replies);
  const scanOnce = (cursor: string, { pattern, count }: KeyScan): Promise<KeyRun> => {
    const match = pattern === undefined ? [] : ['MATCH', pattern];
    const command = encodeCommands([['SCAN', cursor, ...match, 'COUNT', count()]]);
    return new Promise((resolve, reject) => {
      const receive = (bytes: Buffer, start: number, end: number): void => {
        try {
          resolve(new KeyRun(bytes, readScanReply(bytes, start, end)));
        } catch (error) {
          reject(translateRedisError(error, address));
        }
      };
      connection.send([command], 1, { receive, lose: reject });
    });
  };
  const rooms = new Rooms();
  return {
    address,
    pipeline,
    ask: async (commands, run, chosen) => {
      const room = rooms.take(sizeForRun(commands, run, chosen));
      const encoded = encodeForRun(commands, run, chosen, room);
      const replies = await pipeline(encoded, commands.length * chosen.length);
      // What was answered was sent: nobody reads it any more.
      rooms.giveBack(room);
      return replies;
    },
    call: async (...command) => {
      const reply = (await pipeline(encodeCommands([command]), 1)).value(0);
      if (reply instanceof Error) throw reply;
      return reply;
    },
    scan: async function* (query, signal): AsyncGenerator<KeyRun, void, void> {
      let next: Promise<KeyRun> | undefined = scanOnce(query.from ?? '0', query);
      try {
        while (next !== undefined && !signal.aborted) {
          const run: KeyRun = await next;
          next = run.cursor === '0' ? undefined : scanOnce(run.cursor, query);
          yield run;
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
