import type { RedisArgument, RedisCommand } from '../types.ts';
import type { KeyRun } from './key-run.ts';

const LINE_BREAK = '\r\n';

/** Commands as one buffer to be sent at once. */
export function encodeCommands(commands: readonly RedisCommand[]): Buffer {
  let size = 0;
  for (const command of commands) {
    size += headSize(command.length);
    for (const argument of command) size += bulkSize(byteLength(argument));
  }
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const command of commands) {
    at = writeHead(bytes, at, '*', command.length);
    for (const argument of command) at = writeBulk(bytes, at, argument);
  }
  return bytes;
}

/** A command that is sent for one key after the other, with all but the key encoded once. */
export interface KeyCommand {
  readonly head: Buffer;
  readonly tail: Buffer;
}

/** `keyCommand(['MEMORY', 'USAGE'], ['SAMPLES', 0])`: what stands before the key, and what behind it. */
export function keyCommand(
  before: readonly RedisArgument[],
  behind: readonly RedisArgument[] = [],
): KeyCommand {
  const count = before.length + 1 + behind.length;
  return {
    head: Buffer.concat([Buffer.from(`*${count}${LINE_BREAK}`), encodeArguments(before)]),
    tail: encodeArguments(behind),
  };
}

/** Every command for the first key, then every one for the second, and so on: replies come in this order. */
export function encodeForKeys(commands: readonly KeyCommand[], keys: readonly Buffer[]): Buffer {
  const fixed = commands.reduce((size, { head, tail }) => size + head.length + tail.length, 0);
  let size = 0;
  for (const key of keys) size += fixed + commands.length * bulkSize(key.length);
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const key of keys) {
    for (const { head, tail } of commands) {
      at += head.copy(bytes, at);
      at = writeBulk(bytes, at, key);
      at += tail.copy(bytes, at);
    }
  }
  return bytes;
}

/**
 * The same for keys of a SCAN reply, which are taken over in the form in which they came. `chosen` are their
 * indexes. Copied byte by byte: most pieces are shorter than what a call of `copy` costs (measured: about twice
 * as fast as {@link encodeForKeys} for keys of 20 bytes and three commands).
 */
export function encodeForRun(
  commands: readonly KeyCommand[],
  run: KeyRun,
  chosen: Int32Array<ArrayBuffer>,
): Buffer {
  const fixed = commands.reduce((size, { head, tail }) => size + head.length + tail.length, 0);
  let size = chosen.length * fixed;
  for (const index of chosen)
    size += commands.length * ((run.ends[index] ?? 0) + 2 - (run.starts[index] ?? 0));
  const bytes = Buffer.allocUnsafe(size);
  let at = 0;
  for (const index of chosen) {
    const start = run.starts[index] ?? 0;
    const next = (run.ends[index] ?? 0) + 2;
    for (const { head, tail } of commands) {
      at = copyBytes(head, 0, head.length, bytes, at);
      at = copyBytes(run.bytes, start, next, bytes, at);
      at = copyBytes(tail, 0, tail.length, bytes, at);
    }
  }
  return bytes;
}

/** From here on copying natively is worth its call. */
const LONG = 128;

function copyBytes(from: Buffer, start: number, end: number, to: Buffer, at: number): number {
  if (end - start > LONG) return at + from.copy(to, at, start, end);
  let next = at;
  for (let index = start; index < end; index++) to[next++] = from[index] ?? 0;
  return next;
}

/** Arguments as they stand inside a command: `$3\r\nfoo\r\n` each. */
export function encodeArguments(args: readonly RedisArgument[]): Buffer {
  const bytes = Buffer.allocUnsafe(args.reduce<number>((size, arg) => size + bulkSize(byteLength(arg)), 0));
  let at = 0;
  for (const argument of args) at = writeBulk(bytes, at, argument);
  return bytes;
}

function byteLength(argument: RedisArgument): number {
  return typeof argument === 'object' ? argument.length : Buffer.byteLength(String(argument));
}

function digits(number: number): number {
  let count = 1;
  for (let rest = number; rest >= 10; rest /= 10) count++;
  return count;
}

function headSize(count: number): number {
  return 1 + digits(count) + 2;
}

function bulkSize(length: number): number {
  return headSize(length) + length + 2;
}

function writeHead(bytes: Buffer, at: number, kind: '*' | '$', count: number): number {
  return at + bytes.write(`${kind}${count}${LINE_BREAK}`, at, 'latin1');
}

function writeBulk(bytes: Buffer, at: number, argument: RedisArgument): number {
  let next = writeHead(bytes, at, '$', byteLength(argument));
  next +=
    typeof argument === 'object' ? argument.copy(bytes, next) : bytes.write(String(argument), next, 'utf8');
  return next + bytes.write(LINE_BREAK, next, 'latin1');
}
