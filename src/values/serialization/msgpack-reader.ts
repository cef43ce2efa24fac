import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import { decodeUtf8 } from '../../keys/printable.ts';
import {
  booleanOf,
  bytesNode,
  floatOf,
  growingList,
  growingMap,
  growingObject,
  integerOf,
  NULL,
  textOf,
  type PlainValue,
} from '../plain-value.ts';
import { isoSeconds } from './iso-moment.ts';
import { NestedReader } from './nested-reader.ts';
import type { ReadResult } from './read-result.ts';

/**
 * Reads MessagePack, timestamps and 64-bit integers exactly; extension types keep number and bytes.
 * Source: https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export function readMsgpack(bytes: Uint8Array, budget: DecodeBudget): ReadResult {
  return new MsgpackReader(bytes, budget).read();
}

class MsgpackReader extends NestedReader {
  protected value(): PlainValue {
    this.budget.node();
    const type = this.reader.u8();
    if (type < 0x80) return integerOf(type);
    if (type < 0x90) return this.#map(type & 0x0f);
    if (type < 0xa0) return this.#array(type & 0x0f);
    if (type < 0xc0) return this.#string(type & 0x1f);
    if (type >= 0xe0) return integerOf(type - 0x100);
    return this.#marked(type);
  }

  #marked(type: number): PlainValue {
    const { reader } = this;
    switch (type) {
      case 0xc0:
        return NULL;
      case 0xc2:
      case 0xc3:
        return booleanOf(type === 0xc3);
      case 0xc4:
        return bytesNode(reader.take(reader.u8()));
      case 0xc5:
        return bytesNode(reader.take(reader.u16be()));
      case 0xc6:
        return bytesNode(reader.take(reader.u32be()));
      case 0xc7:
        return this.#extension(reader.u8());
      case 0xc8:
        return this.#extension(reader.u16be());
      case 0xc9:
        return this.#extension(reader.u32be());
      case 0xca:
        return floatOf(reader.f32be());
      case 0xcb:
        return floatOf(reader.f64be());
      case 0xcc:
        return integerOf(reader.u8());
      case 0xcd:
        return integerOf(reader.u16be());
      case 0xce:
        return integerOf(reader.u32be());
      case 0xcf:
        return integerOf(reader.u64be());
      case 0xd0:
        return integerOf(reader.i8());
      case 0xd1:
        return integerOf(reader.i16be());
      case 0xd2:
        return integerOf(reader.i32be());
      case 0xd3:
        return integerOf(reader.i64be());
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (type - 0xd4));
      case 0xd9:
        return this.#string(reader.u8());
      case 0xda:
        return this.#string(reader.u16be());
      case 0xdb:
        return this.#string(reader.u32be());
      case 0xdc:
        return this.#array(reader.u16be());
      case 0xdd:
        return this.#array(reader.u32be());
      case 0xde:
        return this.#map(reader.u16be());
      case 0xdf:
        return this.#map(reader.u32be());
      default:
        throw new DecodeProblem(`byte ${reader.position - 1} (0xc1) is never used by MessagePack`);
    }
  }

  /** Older writers put bytes into strings as well. */
  #string(length: number): PlainValue {
    const bytes = this.reader.take(length);
    this.budget.work(length);
    const text = decodeUtf8(bytes);
    return text === undefined ? bytesNode(bytes) : textOf(text);
  }

  #array(length: number): PlainValue {
    this.plausible(length);
    const list = growingList();
    this.each(length, () => list.items.push(this.value()));
    return list;
  }

  #map(length: number): PlainValue {
    this.plausible(length * 2);
    const map = growingMap();
    this.each(length, () => {
      const key = this.value();
      map.entries.push([key, this.value()]);
    });
    return map;
  }

  #extension(length: number): PlainValue {
    const type = this.reader.i8();
    const data = this.reader.take(length);
    const moment = type === -1 ? timestamp(data) : undefined;
    return moment ?? growingObject(`ext(${type})`, [bytesNode(data)]);
  }
}

/** Type -1 in its three lengths. */
function timestamp(data: Buffer): PlainValue | undefined {
  if (data.length === 4) return isoSeconds(BigInt(data.readUInt32BE()), 0);
  if (data.length === 8) {
    const both = data.readBigUInt64BE();
    return isoSeconds(both & 0x3_ffff_ffffn, Number(both >> 34n));
  }
  return data.length === 12 ? isoSeconds(data.readBigInt64BE(4), data.readUInt32BE()) : undefined;
}
