import type { CachectlError } from '../cli/errors.ts';
import type { BulkChannel } from '../redis/bulk-channel.ts';
import { decodeReply } from '../redis/resp/decode.ts';
import { encodeCommands } from '../redis/resp/encode.ts';
import { RespErrorReply } from '../redis/resp/protocol-error.ts';
import { translateRedisError } from '../redis/translate-error.ts';
import type { RedisCommand } from '../redis/types.ts';
import { tellKeyUse, type KeyUseSink } from './key-use.ts';
import { MonitorLine } from './monitor-line.ts';

const SIMPLE = 0x2b;
const ERROR = 0x2d;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const EVENTS = '__keyevent@*__:keymiss';

/** Who hears of one server's commands. Keys are slices that are good only during the call. */
export interface ServerSink {
  /** A command was carried out, in any database. */
  readonly command: () => void;
  readonly read: (key: Buffer, lookups: number, database: number) => void;
  readonly write: (key: Buffer, database: number) => void;
  readonly miss: (key: Buffer, database: number) => void;
  /** `ECHO text` was carried out: how a place in the stream is marked. */
  readonly echo: (text: string) => void;
  readonly fail: (error: CachectlError) => void;
}

/**
 * Hears every command of a server, and its misses where `misses` is asked for. Both come on one connection, so
 * that they are in the order in which they happened: a MONITOR connection may subscribe as well. As a
 * subscriber it also falls under `client-output-buffer-limit pubsub`: a server that is read from too slowly
 * hangs up before its memory suffers.
 */
export function listenToServer(channel: BulkChannel, misses: boolean, sink: ServerSink): void {
  const line = new MonitorLine();
  const next = (): Buffer | undefined => line.next();
  const uses: KeyUseSink = {
    read: (key, lookups) => sink.read(key, lookups, line.database),
    write: (key) => sink.write(key, line.database),
  };
  const commands: RedisCommand[] = [['MONITOR'], ...(misses ? [['PSUBSCRIBE', EVENTS] as const] : [])];
  channel.listen(encodeCommands(commands), {
    receive: (bytes, start, end) => {
      const second = bytes[start + 1] ?? 0;
      if (bytes[start] === SIMPLE && second >= DIGIT_0 && second <= DIGIT_9) {
        if (!line.begin(bytes, start + 1, end - 2)) return;
        sink.command();
        const name = next();
        if (name === undefined) return;
        if (isEcho(name)) sink.echo(next()?.toString('utf8') ?? '');
        else tellKeyUse(name, next, uses);
        return;
      }
      if (bytes[start] === SIMPLE) return;
      const { value } = decodeReply(bytes, start);
      if (bytes[start] === ERROR || value instanceof RespErrorReply) {
        sink.fail(translateRedisError(value, channel.address));
        return;
      }
      tellMiss(value, sink);
    },
    lose: (error) => sink.fail(error),
  });
}

function isEcho(name: Buffer): boolean {
  return name.length === 4 && name.toString('latin1').toUpperCase() === 'ECHO';
}

/** `pmessage`, pattern, `__keyevent@0__:keymiss`, key. */
function tellMiss(message: unknown, sink: ServerSink): void {
  if (!Array.isArray(message) || message.length !== 4) return;
  const [kind, , channel, key] = message as readonly unknown[];
  if (!Buffer.isBuffer(channel) || !Buffer.isBuffer(key) || String(kind) !== 'pmessage') return;
  const database = /^__keyevent@(\d+)__:keymiss$/.exec(channel.toString('latin1'))?.[1];
  if (database !== undefined) sink.miss(key, Number(database));
}
