import { CachectlError } from '../../cli/errors.ts';
import { callThrough } from '../call-through.ts';
import type { NodeTools } from '../node-tools.ts';
import { GRACE_MS } from '../patience.ts';
import { isConnectionFailure, translateRedisError } from '../translate-error.ts';
import type { RedisNode, RedisReply } from '../types.ts';
import { withinGrace } from '../wait.ts';
import { encodeInto, sizeOfCommands } from './encode.ts';
import type { ReplyBatch } from './reply-batch.ts';
import { request } from './request.ts';
import type { RespConnection } from './resp-connection.ts';
import { Rooms } from './rooms.ts';

/** Batches from this size on, in bytes, are written into memory that is used again: values are garbage otherwise. */
const WORTH_A_ROOM = 16 * 1_024;

/** A server behind one open connection of our own; each round trip has the time limit. */
export function respNode(
  connection: RespConnection,
  { timeoutMs, signal }: Omit<NodeTools, 'log'>,
): RedisNode {
  const { address } = connection;
  const rooms = new Rooms();
  const pipeline: RedisNode['pipeline'] = async (commands) => {
    const size = sizeOfCommands(commands);
    const room = size < WORTH_A_ROOM ? Buffer.allocUnsafe(size) : rooms.take(size);
    const work = request(connection, encodeInto(room, commands), commands.length);
    let batch: ReplyBatch;
    try {
      batch = await withinGrace(work, timeoutMs, GRACE_MS, signal);
    } catch (error) {
      throw translateRedisError(error, address);
    }
    // What was answered was sent: nobody reads it any more. What was not may still be on its way.
    if (size >= WORTH_A_ROOM) rooms.giveBack(room);
    const replies: (RedisReply | CachectlError)[] = [];
    for (let index = 0; index < batch.length; index++) {
      const reply = batch.value(index);
      if (reply instanceof CachectlError && isConnectionFailure(reply)) throw reply;
      replies.push(reply);
    }
    return replies;
  };
  return { address, multiKey: true, isLean: true, pipeline, call: callThrough(pipeline), sentAgain: () => 0 };
}
