import type { PlainValue } from '../plain-value.ts';
import { checkDepth, refuse } from './writable.ts';

const PROTO_2 = Buffer.from([0x80, 2]);
const STOP = Buffer.from('.');
const MARK = Buffer.from('(');
const NONE = Buffer.from('N');
const NEWTRUE = Buffer.from([0x88]);
const NEWFALSE = Buffer.from([0x89]);
const EMPTY_LIST = Buffer.from(']');
const APPENDS = Buffer.from('e');
const EMPTY_DICT = Buffer.from('}');
const SETITEMS = Buffer.from('u');

/**
 * JSON-like data as a pickle of protocol 2, which every Python since 2.3 reads.
 * Source: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 * @throws NotWritable for anything but null, booleans, integers, floats, text, lists and maps of them
 */
export function writePickle(value: PlainValue): Buffer {
  const parts: Buffer[] = [PROTO_2];
  write(value, parts, 0);
  parts.push(STOP);
  return Buffer.concat(parts);
}

function write(value: PlainValue, parts: Buffer[], level: number): void {
  checkDepth(level);
  switch (value.kind) {
    case 'null':
      parts.push(NONE);
      return;
    case 'boolean':
      parts.push(value.value ? NEWTRUE : NEWFALSE);
      return;
    case 'integer':
      parts.push(integer(value.value));
      return;
    case 'float': {
      const number = Buffer.alloc(9, 'G');
      number.writeDoubleBE(value.value, 1);
      parts.push(number);
      return;
    }
    case 'text': {
      const text = utf8WithSurrogates(value.text);
      parts.push(withLength('X', text.length), text);
      return;
    }
    case 'list':
      if (value.type !== 'list') return refuse(value, 'JSON-like data');
      parts.push(EMPTY_LIST, MARK);
      for (const item of value.items) write(item, parts, level + 1);
      parts.push(APPENDS);
      return;
    case 'map':
      parts.push(EMPTY_DICT, MARK);
      for (const [name, item] of value.entries) {
        write(name, parts, level + 1);
        write(item, parts, level + 1);
      }
      parts.push(SETITEMS);
      return;
    default:
      return refuse(value, 'JSON-like data');
  }
}

function withLength(opcode: string, length: number): Buffer {
  const head = Buffer.alloc(5, opcode);
  head.writeUInt32LE(length, 1);
  return head;
}

function integer(value: bigint): Buffer {
  if (value >= 0n && value < 0x100n) return Buffer.from([0x4b, Number(value)]);
  if (value >= 0n && value < 0x1_0000n)
    return Buffer.from([0x4d, Number(value & 0xffn), Number(value >> 8n)]);
  if (value >= -0x8000_0000n && value < 0x8000_0000n) {
    const int = Buffer.alloc(5, 'J');
    int.writeInt32LE(Number(value), 1);
    return int;
  }
  const bytes = twosComplement(value);
  if (bytes.length < 256) return Buffer.concat([Buffer.from([0x8a, bytes.length]), bytes]);
  return Buffer.concat([longHead(bytes.length), bytes]);
}

function longHead(length: number): Buffer {
  const head = Buffer.from([0x8b, 0, 0, 0, 0]);
  head.writeUInt32LE(length, 1);
  return head;
}

/** The shortest two's complement form, little-endian. */
function twosComplement(value: bigint): Buffer {
  const magnitude = value < 0n ? -value - 1n : value;
  const length = Math.floor(magnitude.toString(2).length / 8) + 1;
  const hex = BigInt.asUintN(length * 8, value).toString(16);
  return Buffer.from(hex.padStart(length * 2, '0'), 'hex').reverse();
}

/** UTF-8 in which half a surrogate pair stays what it is: Python's strings may have it, and JSON too. */
function utf8WithSurrogates(text: string): Buffer {
  if (isWellFormed(text)) return Buffer.from(text, 'utf8');
  return Buffer.concat(
    Array.from(text, (character) => {
      const code = character.charCodeAt(0);
      if (character.length === 2 || code < 0xd800 || code > 0xdfff) return Buffer.from(character, 'utf8');
      return Buffer.from([0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f)]);
    }),
  );
}

function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
