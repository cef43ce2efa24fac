import { decodeUtf8 } from '../../keys/printable.ts';
import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import {
  booleanOf,
  bytesNode,
  floatOf,
  growingList,
  growingObject,
  integerOf,
  NULL,
  textOf,
  type Entry,
  type PlainValue,
} from '../plain-value.ts';
import { NestedReader } from './nested-reader.ts';
import { propertyName } from './php-reader.ts';
import type { ReadResult } from './read-result.ts';

/** The header: a version as four bytes, big-endian. */
const HEADER_BYTES = 4;

/**
 * Reads what PHP's igbinary wrote. Source: src/php7/igbinary.c of https://github.com/igbinary/igbinary
 */
export function readIgbinary(bytes: Uint8Array, budget: DecodeBudget): ReadResult {
  return new IgbinaryReader(bytes, budget, HEADER_BYTES).read();
}

class IgbinaryReader extends NestedReader {
  readonly #strings: Buffer[] = [];
  readonly #values: PlainValue[] = [];

  protected value(): PlainValue {
    this.budget.node();
    const type = this.reader.u8();
    const simple = this.#scalar(type);
    if (simple !== undefined) return simple;
    switch (type) {
      case 0x01:
      case 0x02:
      case 0x03:
        return this.#reference(this.#sized(type - 0x01));
      case 0x14:
      case 0x15:
      case 0x16:
        return this.#array(this.#sized(type - 0x14));
      case 0x17:
      case 0x18:
      case 0x19:
        return this.#object(this.#newString(type - 0x17));
      case 0x1a:
      case 0x1b:
      case 0x1c:
        return this.#object(this.#oldString(type - 0x1a));
      case 0x22:
      case 0x23:
      case 0x24:
        return this.#reference(this.#sized(type - 0x22));
      case 0x25:
        return this.value();
      default:
        throw new DecodeProblem(
          `0x${type.toString(16)} at byte ${this.reader.position - 1} is no igbinary type`,
        );
    }
  }

  #scalar(type: number): PlainValue | undefined {
    const { reader } = this;
    if (type === 0x00) return NULL;
    if (type === 0x04 || type === 0x05) return booleanOf(type === 0x05);
    if (type >= 0x06 && type <= 0x0b) {
      const size = this.#sized((type - 0x06) >> 1);
      return integerOf(type % 2 === 0 ? size : -size);
    }
    if (type === 0x0c) return floatOf(reader.f64be());
    if (type === 0x0d) return textOf('');
    if (type >= 0x0e && type <= 0x10) return stringOf(this.#oldString(type - 0x0e));
    if (type >= 0x11 && type <= 0x13) return stringOf(this.#newString(type - 0x11));
    if (type === 0x20) return integerOf(reader.u64be());
    return type === 0x21 ? integerOf(-reader.u64be()) : undefined;
  }

  /** A number of one, two or four bytes. */
  #sized(order: number): number {
    if (order === 0) return this.reader.u8();
    return order === 1 ? this.reader.u16be() : this.reader.u32be();
  }

  #newString(order: number): Buffer {
    const bytes = this.reader.take(this.#sized(order));
    this.budget.work(bytes.length);
    this.#strings.push(bytes);
    return bytes;
  }

  #oldString(order: number): Buffer {
    const bytes = this.#strings[this.#sized(order)];
    if (bytes === undefined) throw new DecodeProblem('it refers to a string that is not there');
    this.budget.work(bytes.length);
    return bytes;
  }

  #reference(number: number): PlainValue {
    const value = this.#values[number];
    if (value === undefined) throw new DecodeProblem(`it refers to a value ${number} that is not there`);
    return value;
  }

  #entries(count: number, entries: Entry[]): void {
    this.plausible(count);
    this.each(count, () => {
      const key = this.value();
      entries.push([key, this.value()]);
    });
  }

  #array(count: number): PlainValue {
    const place = this.#values.push(NULL) - 1;
    const entries: Entry[] = [];
    this.#entries(count, entries);
    const isList = entries.every(([key], index) => key.kind === 'integer' && key.value === BigInt(index));
    const list = growingList();
    if (isList) for (const [, value] of entries) list.items.push(value);
    const array: PlainValue = isList ? list : { kind: 'map', entries };
    this.#values[place] = array;
    return array;
  }

  #object(name: Buffer): PlainValue {
    const object = growingObject(decodeUtf8(name) ?? name.toString('latin1'));
    this.#values.push(object);
    const type = this.reader.u8();
    if (type >= 0x1d && type <= 0x1f) {
      // A class that writes itself in a form of its own.
      object.fields.push([textOf('(data)'), stringOf(this.reader.take(this.#sized(type - 0x1d)))]);
      return object;
    }
    if (type < 0x14 || type > 0x16) throw new DecodeProblem('an object has no fields');
    const entries: Entry[] = [];
    this.#entries(this.#sized(type - 0x14), entries);
    for (const [key, value] of entries) {
      object.fields.push([key.kind === 'text' ? textOf(propertyName(key.text)) : key, value]);
    }
    return object;
  }
}

function stringOf(bytes: Buffer): PlainValue {
  const text = decodeUtf8(bytes);
  return text === undefined ? bytesNode(bytes) : textOf(text);
}
