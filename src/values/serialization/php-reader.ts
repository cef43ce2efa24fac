import { decodeUtf8 } from '../../keys/printable.ts';
import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import { parseFloatText, parseInteger } from '../exact-number.ts';
import {
  booleanOf,
  bytesNode,
  growingList,
  growingObject,
  NULL,
  textOf,
  type Entry,
  type PlainValue,
} from '../plain-value.ts';
import { NestedReader } from './nested-reader.ts';
import type { ReadResult } from './read-result.ts';

/**
 * Reads what PHP's `serialize` wrote. Arrays whose keys count from 0 are lists; properties are named as
 * `print_r` names them. Source: ext/standard/var_unserializer.re of PHP.
 */
export function readPhp(bytes: Uint8Array, budget: DecodeBudget): ReadResult {
  return new PhpReader(bytes, budget).read();
}

class PhpReader extends NestedReader {
  /** What `r:` and `R:` refer to, by number from 1. */
  readonly #slots: PlainValue[] = [NULL];

  protected value(): PlainValue {
    return this.#valueOf(true);
  }

  /** Keys take no number that a reference could name. */
  #valueOf(numbered: boolean): PlainValue {
    this.budget.node();
    const type = this.reader.take(2).toString('latin1');
    if (type === 'N;') return this.#slot(NULL, numbered);
    const slot = this.#slots.length;
    // R: is another name for a value, not one more value.
    if (numbered && type !== 'R:') this.#slots.push(NULL);
    const value = this.#ofType(type, slot);
    if (numbered && type !== 'R:') this.#slots[slot] = value;
    return value;
  }

  #slot(value: PlainValue, numbered: boolean): PlainValue {
    if (numbered) this.#slots.push(value);
    return value;
  }

  #ofType(type: string, slot: number): PlainValue {
    switch (type) {
      case 'b:':
        return booleanOf(this.#until(';') === '1');
      case 'i:':
        return parseInteger(this.#until(';'));
      case 'd:':
        return parseFloatText(this.#until(';'));
      case 's:':
        return stringOf(this.#string(';'));
      case 'E:':
        return { kind: 'symbol', name: this.#name(this.#string(';')) };
      case 'a:':
        return this.#array();
      case 'O:':
        return this.#object(slot);
      case 'C:':
        return this.#custom();
      case 'r:':
      case 'R:':
        return this.#reference();
      default:
        throw new DecodeProblem(`"${type.slice(0, 1)}" at byte ${this.reader.position - 2} is no PHP type`);
    }
  }

  #until(end: string): string {
    const text = this.reader.until(end.charCodeAt(0));
    this.budget.work(Math.min(text.length, 1_000_000));
    if (text.length > 20_000) throw new DecodeProblem('a number in it is too long');
    return text.toString('latin1');
  }

  #length(): number {
    const text = this.#until(':');
    if (!/^\d{1,10}$/.test(text)) throw new DecodeProblem('a length in it is no number');
    return this.plausible(Number(text));
  }

  #expect(text: string): void {
    if (this.reader.take(text.length).toString('latin1') !== text) {
      throw new DecodeProblem(`"${text}" is missing at byte ${this.reader.position - text.length}`);
    }
  }

  #string(after: string): Buffer {
    const length = this.#length();
    this.#expect('"');
    const bytes = this.reader.take(length);
    this.#expect(`"${after}`);
    this.budget.work(length);
    return bytes;
  }

  #name(bytes: Buffer): string {
    return decodeUtf8(bytes) ?? bytes.toString('latin1');
  }

  #array(): PlainValue {
    const count = this.#length();
    const entries: Entry[] = [];
    this.#expect('{');
    this.each(count, () => entries.push(this.#entry()));
    if (!this.broken) this.#expect('}');
    if (!entries.every(([key], index) => key.kind === 'integer' && key.value === BigInt(index))) {
      return { kind: 'map', entries };
    }
    const list = growingList();
    for (const [, value] of entries) list.items.push(value);
    return list;
  }

  #entry(): Entry {
    const key = this.#valueOf(false);
    return [key, this.value()];
  }

  #object(slot: number): PlainValue {
    const object = growingObject(this.#name(this.#string(':')));
    // Known by its number before its fields are: they may refer back to it.
    this.#slots[slot] = object;
    const count = this.#length();
    this.#expect('{');
    this.each(count, () => {
      const [key, value] = this.#entry();
      object.fields.push([key.kind === 'text' ? textOf(propertyName(key.text)) : key, value]);
    });
    if (!this.broken) this.#expect('}');
    return object;
  }

  /** An object that writes itself in a form of its own. */
  #custom(): PlainValue {
    const object = growingObject(this.#name(this.#string(':')), []);
    const length = this.#length();
    this.#expect('{');
    object.fields.push([textOf('(data)'), stringOf(this.reader.take(length))]);
    this.#expect('}');
    return object;
  }

  #reference(): PlainValue {
    const number = Number(this.#until(';'));
    const value = number > 0 ? this.#slots[number] : undefined;
    if (value === undefined) throw new DecodeProblem(`it refers to a value ${number} that is not there`);
    return value;
  }
}

function stringOf(bytes: Buffer): PlainValue {
  const text = decodeUtf8(bytes);
  return text === undefined ? bytesNode(bytes) : textOf(text);
}

/** `\0*\0name` is protected, `\0Class\0name` private. */
export function propertyName(raw: string): string {
  // eslint-disable-next-line no-control-regex -- PHP's own separator
  const match = /^\u0000([^\u0000]+)\u0000([^]*)$/.exec(raw);
  if (match === null) return raw;
  const [, owner = '', name = ''] = match;
  return owner === '*' ? `${name}:protected` : `${name}:${owner}:private`;
}
