import { decodeUtf8 } from '../../keys/printable.ts';
import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import { parseFloatText, unsignedLittleEndian } from '../exact-number.ts';
import {
  booleanOf,
  bytesNode,
  fieldOf,
  growingList,
  growingMap,
  growingObject,
  integerOf,
  NULL,
  textOf,
  type Entry,
  type PlainValue,
} from '../plain-value.ts';
import { rubyDump, rubyFields, rubyInstance } from './marshal-classes.ts';
import { NestedReader } from './nested-reader.ts';
import type { ReadResult } from './read-result.ts';

/** Version 4.8, which Ruby has written since 1.8. */
const HEADER_BYTES = 2;

/**
 * Reads what Ruby's `Marshal.dump` wrote, version header included. Strings with an encoding are text,
 * others bytes. Source: https://github.com/ruby/ruby/blob/master/doc/marshal.rdoc
 */
export function readMarshal(bytes: Uint8Array, budget: DecodeBudget): ReadResult {
  return new MarshalReader(bytes, budget, HEADER_BYTES).read();
}

class MarshalReader extends NestedReader {
  readonly #symbols: string[] = [];
  /** What `@` refers to, by number; a place is taken before what stands in it is read. */
  readonly #objects: PlainValue[] = [];

  protected value(): PlainValue {
    this.budget.node();
    const type = String.fromCharCode(this.reader.u8());
    switch (type) {
      case '0':
        return NULL;
      case 'T':
      case 'F':
        return booleanOf(type === 'T');
      case 'i':
        return integerOf(this.#long());
      case ':':
      case ';':
        return { kind: 'symbol', name: this.#symbolOf(type) };
      case '@':
        return this.#link();
      case 'I':
        return this.#withVariables();
      case 'e':
        // A module that one object was extended with; the object follows.
        this.#symbol();
        return this.value();
      default:
        return this.#numbered(type);
    }
  }

  #numbered(type: string): PlainValue {
    const place = this.#objects.push(NULL) - 1;
    const value = this.#object(type, place);
    this.#objects[place] = value;
    return value;
  }

  #object(type: string, place: number): PlainValue {
    switch (type) {
      case '"':
        return bytesNode(this.#bytes());
      case 'l':
        return this.#bignum();
      case 'f':
        return parseFloatText(this.#bytes().toString('latin1'));
      case '[':
        return this.#array(place);
      case '{':
      case '}':
        return this.#hash(type, place);
      case 'c':
      case 'm':
      case 'M':
        return { kind: 'class', name: nameOf(this.#bytes()) };
      case '/':
        return this.#regexp();
      case 'o':
      case 'S':
        return this.#fields(place);
      case 'u':
        return rubyDump(this.#symbol(), this.#bytes());
      case 'U':
      case 'd': {
        const name = this.#symbol();
        return rubyInstance(name, this.value());
      }
      case 'C':
        return this.#subclass();
      default:
        throw new DecodeProblem(`byte ${this.reader.position - 1} is no type of Ruby's Marshal`);
    }
  }

  /** Ruby's own form of small integers, one to five bytes. */
  #long(): number {
    const first = this.reader.i8();
    if (first === 0) return 0;
    if (first > 4) return first - 5;
    if (first < -4) return first + 5;
    const bytes = this.reader.take(Math.abs(first));
    const unsigned = bytes.readUIntLE(0, bytes.length);
    return first > 0 ? unsigned : unsigned - 256 ** bytes.length;
  }

  #bytes(): Buffer {
    const bytes = this.reader.take(this.#long());
    this.budget.work(bytes.length);
    return bytes;
  }

  #symbol(): string {
    return this.#symbolOf(String.fromCharCode(this.reader.u8()));
  }

  #symbolOf(type: string): string {
    if (type === 'I') {
      // A symbol beyond ASCII comes with its encoding.
      const name = this.#symbol();
      this.each(this.#long(), () => void [this.#symbol(), this.value()]);
      return name;
    }
    if (type === ':') {
      const name = nameOf(this.#bytes());
      this.#symbols.push(name);
      return name;
    }
    const name = type === ';' ? this.#symbols[this.#long()] : undefined;
    if (name === undefined) throw new DecodeProblem('it refers to a symbol that is not there');
    return name;
  }

  #link(): PlainValue {
    const number = this.#long();
    const value = this.#objects[number];
    if (value === undefined) throw new DecodeProblem(`it refers to a value ${number} that is not there`);
    return value;
  }

  #withVariables(): PlainValue {
    const next = String.fromCharCode(this.reader.peek() ?? 0);
    if (next === ':') return { kind: 'symbol', name: this.#symbolOf('I') };
    const place = this.#objects.length;
    const inner = this.value();
    const variables: Entry[] = [];
    this.each(this.#long(), () => variables.push(this.#variable()));
    const value = rubyFields(inner, variables);
    this.#objects[place] = value;
    return value;
  }

  #variable(): Entry {
    const name = this.#symbol();
    return [{ kind: 'symbol', name }, this.value()];
  }

  #bignum(): PlainValue {
    const negative = this.reader.u8() === 0x2d;
    const bytes = this.reader.take(this.#long() * 2);
    if (bytes.length > 4_096) return { kind: 'unreadable', reason: `integer of ${bytes.length} bytes` };
    const magnitude = unsignedLittleEndian(bytes);
    return integerOf(negative ? -magnitude : magnitude);
  }

  #array(place: number): PlainValue {
    const list = growingList();
    this.#objects[place] = list;
    this.each(this.plausible(this.#long()), () => list.items.push(this.value()));
    return list;
  }

  #hash(type: string, place: number): PlainValue {
    const map = growingMap();
    this.#objects[place] = map;
    this.each(this.plausible(this.#long()), () => {
      const key = this.value();
      map.entries.push([key, this.value()]);
    });
    // The default of a hash is no entry of it.
    if (type === '}' && !this.broken) this.value();
    return map;
  }

  #regexp(): PlainValue {
    const source = nameOf(this.#bytes());
    return growingObject('Regexp', [textOf(source), integerOf(this.reader.u8())]);
  }

  #fields(place: number): PlainValue {
    const object = growingObject(this.#symbol());
    this.#objects[place] = object;
    this.each(this.plausible(this.#long()), () => object.fields.push(this.#variable()));
    const hash = fieldOf(object.fields, '@hash');
    if (object.className !== 'Set' || hash?.kind !== 'map') return object;
    return { kind: 'list', type: 'set', items: hash.entries.map(([item]) => item) };
  }

  /** A subclass of String, Array or Hash. */
  #subclass(): PlainValue {
    const name = this.#symbol();
    // The object itself takes no number beside its wrapper's.
    const type = String.fromCharCode(this.reader.u8());
    const inner = this.#object(type, this.#objects.length - 1);
    if (inner.kind === 'list') return { ...growingObject(name), items: inner.items };
    if (inner.kind === 'map') return { ...growingObject(name), entries: inner.entries };
    return growingObject(name, [inner]);
  }
}

function nameOf(bytes: Buffer): string {
  return decodeUtf8(bytes) ?? bytes.toString('latin1');
}
