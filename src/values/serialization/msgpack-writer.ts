import type { PlainValue } from '../plain-value.ts';
import { checkDepth, namedEntries, NotWritable, refuse } from './writable.ts';

/**
 * JSON-like data as MessagePack, every value in its shortest form, as Python's msgpack writes it.
 * Source: https://github.com/msgpack/msgpack/blob/master/spec.md
 * @throws NotWritable for anything but null, booleans, integers of 64 bits, floats, text, lists and maps
 */
export function writeMsgpack(value: PlainValue): Buffer {
  const parts: Buffer[] = [];
  write(value, parts, 0);
  return Buffer.concat(parts);
}

function write(value: PlainValue, parts: Buffer[], level: number): void {
  checkDepth(level);
  switch (value.kind) {
    case 'null':
      parts.push(Buffer.from([0xc0]));
      return;
    case 'boolean':
      parts.push(Buffer.from([value.value ? 0xc3 : 0xc2]));
      return;
    case 'integer':
      parts.push(integer(value.value));
      return;
    case 'float': {
      const number = Buffer.alloc(9, 0xcb);
      number.writeDoubleBE(value.value, 1);
      parts.push(number);
      return;
    }
    case 'text':
      writeText(value.text, parts);
      return;
    case 'list':
      if (value.type !== 'list') return refuse(value, 'JSON-like data');
      parts.push(head(value.items.length, { short: 0x90, shortest: 16, wide: [undefined, 0xdc, 0xdd] }));
      for (const item of value.items) write(item, parts, level + 1);
      return;
    case 'map': {
      const named = namedEntries(value.entries, 'MessagePack');
      parts.push(head(named.size, { short: 0x80, shortest: 16, wide: [undefined, 0xde, 0xdf] }));
      for (const [name, item] of named) {
        writeText(name, parts);
        write(item, parts, level + 1);
      }
      return;
    }
    default:
      return refuse(value, 'JSON-like data');
  }
}

function writeText(text: string, parts: Buffer[]): void {
  if (/\p{Surrogate}/u.test(text)) throw new NotWritable('MessagePack has no form for half a surrogate pair');
  const bytes = Buffer.from(text, 'utf8');
  parts.push(head(bytes.length, { short: 0xa0, shortest: 32, wide: [0xd9, 0xda, 0xdb] }), bytes);
}

interface HeadCodes {
  /** The first byte of short ones, to which the length is added. */
  readonly short: number;
  /** The first length that is not short. */
  readonly shortest: number;
  /** The first bytes of lengths in one, two and four bytes. */
  readonly wide: readonly [number | undefined, number, number];
}

function head(length: number, codes: HeadCodes): Buffer {
  const [one, two, four] = codes.wide;
  if (length < codes.shortest) return Buffer.from([codes.short | length]);
  if (one !== undefined && length < 0x100) return Buffer.from([one, length]);
  if (length < 0x1_0000) return Buffer.from([two, length >> 8, length & 0xff]);
  const wide = Buffer.alloc(5, four);
  wide.writeUInt32BE(length, 1);
  return wide;
}

function integer(value: bigint): Buffer {
  if (value >= -32n && value < 128n) return Buffer.from([Number(BigInt.asUintN(8, value))]);
  for (const [index, bits] of [8, 16, 32, 64].entries()) {
    const unsigned = value >= 0n && BigInt.asUintN(bits, value) === value;
    if (!unsigned && (value >= 0n || BigInt.asIntN(bits, value) !== value)) continue;
    const hex = BigInt.asUintN(bits, value)
      .toString(16)
      .padStart(bits / 4, '0');
    return Buffer.concat([Buffer.from([(unsigned ? 0xcc : 0xd0) + index]), Buffer.from(hex, 'hex')]);
  }
  throw new NotWritable(`MessagePack has no integers beyond 64 bits, such as ${value}`);
}
