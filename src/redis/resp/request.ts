import { ReplyBatch } from './reply-batch.ts';
import type { RespConnection } from './resp-connection.ts';

/**
 * Sends commands that are encoded already and gives their replies by position.
 * @throws CachectlError where the connection is lost
 */
export function request(connection: RespConnection, encoded: Buffer, replies: number): Promise<ReplyBatch> {
  const { address } = connection;
  const starts = new Int32Array(replies);
  if (replies === 0) return Promise.resolve(new ReplyBatch(encoded, 0, starts, address));
  return new Promise((resolve, reject) => {
    const receive = (bytes: Buffer, start: number): void =>
      resolve(new ReplyBatch(bytes, start, starts, address));
    connection.send([encoded], replies, { receive, lose: reject }, starts);
  });
}
