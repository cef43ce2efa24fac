import type { RedisArgument, RedisCommand } from '../types.ts';
import type { KeyRun } from './key-run.ts';

const LINE_BREAK = '\r\n';

/** Commands as one buffer to be sent at once. */
export function encodeCommands(commands: readonly RedisCommand[]): Buffer {
  return encodeInto(Buffer.allocUnsafe(sizeOfCommands(commands)), commands);
}

/** How many bytes commands need at most. */
export function sizeOfCommands(commands: readonly RedisCommand[]): number {
  let most = 0;
  for (const command of commands) {
    most += MOST_HEAD_BYTES;
    for (const argument of command) most += mostBulkBytes(argument);
  }
  return most;
}

/** The same as {@link encodeCommands}, at the beginning of memory of as many bytes as {@link sizeOfCommands} says. */
export function encodeInto(bytes: Buffer, commands: readonly RedisCommand[]): Buffer {
  let at = 0;
  for (const command of commands) {
    at = writeHead(bytes, at, ARRAY, command.length);
    for (const argument of command) at = writeBulk(bytes, at, argument);
  }
  return bytes.subarray(0, at);
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
  let most = 0;
  for (const key of keys) most += fixed + commands.length * mostBulkBytes(key);
  const bytes = Buffer.allocUnsafe(most);
  let at = 0;
  for (const key of keys) {
    for (const { head, tail } of commands) {
      at = writeBytes(bytes, at, head);
      at = writeBulk(bytes, at, key);
      at = writeBytes(bytes, at, tail);
    }
  }
  return bytes.subarray(0, at);
}

/** How many bytes {@link encodeForRun} needs at most. */
export function sizeForRun(
  commands: readonly KeyCommand[],
  run: KeyRun,
  chosen: Int32Array<ArrayBuffer>,
): number {
  let size = chosen.length * commands.reduce((sum, { head, tail }) => sum + head.length + tail.length, 0);
  for (const index of chosen)
    size += commands.length * ((run.ends[index] ?? 0) + 2 - (run.starts[index] ?? 0));
  return size;
}

/**
 * The same for keys of a SCAN reply, which are taken over in the form in which they came. `chosen` are their
 * indexes. Copied byte by byte: most pieces are shorter than what a call of `copy` costs (measured: about twice
 * as fast as {@link encodeForKeys} for keys of 20 bytes and three commands).
 * @param room memory of as many bytes as {@link sizeForRun} says; the result is its beginning
 */
export function encodeForRun(
  commands: readonly KeyCommand[],
  run: KeyRun,
  chosen: Int32Array<ArrayBuffer>,
  room: Buffer,
): Buffer {
  let at = 0;
  for (const index of chosen) {
    const start = run.starts[index] ?? 0;
    const next = (run.ends[index] ?? 0) + 2;
    for (const { head, tail } of commands) {
      at = copyBytes(head, 0, head.length, room, at);
      at = copyBytes(run.bytes, start, next, room, at);
      at = copyBytes(tail, 0, tail.length, room, at);
    }
  }
  return room.subarray(0, at);
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
  const bytes = Buffer.allocUnsafe(
    args.reduce<number>((most, argument) => most + mostBulkBytes(argument), 0),
  );
  let at = 0;
  for (const argument of args) at = writeBulk(bytes, at, argument);
  return bytes.subarray(0, at);
}

const ARRAY = 0x2a;
const BULK = 0x24;
const CR = 0x0d;
const LF = 0x0a;
/** A sign, the digits of any length, a line break. */
const MOST_HEAD_BYTES = 1 + 10 + 2;
/** Up to here a loop is faster than a call into Node's native code, which costs 50 to 100 ns (measured). */
const SHORT = 48;

/** How much room an argument takes at most: UTF-8 has three bytes at most for a unit of UTF-16. */
function mostBulkBytes(argument: RedisArgument): number {
  if (typeof argument === 'number') return MOST_HEAD_BYTES + 24 + 2;
  return MOST_HEAD_BYTES + (typeof argument === 'object' ? argument.length : argument.length * 3) + 2;
}

function writeBulk(bytes: Buffer, at: number, argument: RedisArgument): number {
  if (typeof argument === 'object') {
    return writeBreak(bytes, writeBytes(bytes, writeHead(bytes, at, BULK, argument.length), argument));
  }
  const text = typeof argument === 'number' ? String(argument) : argument;
  if (text.length <= SHORT) {
    const end = writeAscii(bytes, writeHead(bytes, at, BULK, text.length), text);
    if (end !== undefined) return writeBreak(bytes, end);
  }
  const start = writeHead(bytes, at, BULK, Buffer.byteLength(text));
  return writeBreak(bytes, start + bytes.write(text, start, 'utf8'));
}

/** Writes a text of ASCII alone, and nothing that counts where it is not: then `undefined`. */
function writeAscii(bytes: Buffer, at: number, text: string): number | undefined {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) return undefined;
    bytes[at + i] = code;
  }
  return at + text.length;
}

function writeBytes(bytes: Buffer, at: number, from: Buffer): number {
  if (from.length > SHORT) bytes.set(from, at);
  else for (let i = 0; i < from.length; i++) bytes[at + i] = from[i] ?? 0;
  return at + from.length;
}

/** `*3\r\n` or `$3\r\n`. */
function writeHead(bytes: Buffer, at: number, kind: number, count: number): number {
  bytes[at] = kind;
  let digits = 1;
  for (let rest = count; rest >= 10; rest = Math.floor(rest / 10)) digits++;
  for (let place = at + digits, rest = count; place > at; place--, rest = Math.floor(rest / 10)) {
    bytes[place] = 0x30 + (rest % 10);
  }
  return writeBreak(bytes, at + 1 + digits);
}

function writeBreak(bytes: Buffer, at: number): number {
  bytes[at] = CR;
  bytes[at + 1] = LF;
  return at + 2;
}
