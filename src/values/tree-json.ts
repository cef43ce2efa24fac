import { decodeUtf8 } from '../keys/printable.ts';
import { floatText } from './exact-number.ts';
import { foldObject } from './known-objects.ts';
import type { Entry, HttpMessage, PlainObject, PlainValue } from './plain-value.ts';

const DEEPEST = 100;
/** What a value costs beside its text, as it would in JSON. */
const COST = 4;

/** A tree as JSON, and whether it is all of it. */
export interface TreeJson {
  readonly data: unknown;
  readonly truncated: boolean;
}

/**
 * A decoded value as JSON. What JSON has stays what it is; everything else is an object with one name that
 * begins with `$`, and maps with such a name of their own are `$map`:
 *
 * - `{"$integer": "9007199254740993"}` beyond 2^53; `{"$float": "nan"}` for `inf`, `-inf`, `nan`, `-0.0`
 * - `{"$decimal": "1.10"}`, `{"$symbol": "name"}`, `{"$bytes": "<base64>"}`
 * - `{"$datetime": ...}`, `$date`, `$time` in ISO 8601; `{"$duration": "PT1.5S"}`
 * - `{"$tuple": [...]}`, `{"$set": [...]}`, `{"$frozenset": [...]}`
 * - `{"$map": [[key, value], ...]}` where a key is no text, or stands twice
 * - `{"$object": "module.Class", "args": [...], "fields": {...}, "items": [...], "entries": ...}`, parts that are empty left out
 * - `{"$http": {"class", "status", "reason", "headers": [[name, value], ...], "body", "fields"}}`
 * - `{"$class": "module.Class"}`, `{"$unreadable": "why"}`, `{"$itself": true}` for a value inside itself
 * - `{"$more": 3}` for so many items that are left out
 *
 * Text of a class of its own (Django's SafeString, a UUID) is text.
 * @param maxBytes about so much is shown
 */
export function treeJson(value: PlainValue, maxBytes: number): TreeJson {
  const writer = new TreeWriter(maxBytes);
  const data = writer.value(value, 0);
  return { data, truncated: writer.truncated };
}

class TreeWriter {
  readonly #ancestors = new Set<PlainValue>();
  #left: number;
  truncated = false;

  constructor(maxBytes: number) {
    this.#left = maxBytes;
  }

  value(value: PlainValue, level: number): unknown {
    this.#left -= COST;
    switch (value.kind) {
      case 'null':
        return null;
      case 'boolean':
        return value.value;
      case 'integer':
        return this.#integer(value.value);
      case 'float':
        return Number.isFinite(value.value) && !Object.is(value.value, -0)
          ? value.value
          : { $float: floatText(value.value) };
      case 'text':
        return this.#text(value.text);
      case 'decimal':
        return { $decimal: this.#text(value.text) };
      case 'symbol':
        return { $symbol: this.#text(value.name) };
      case 'bytes':
        return { $bytes: this.#bytes(value.bytes) };
      case 'moment':
        return { [`$${value.type}`]: value.text };
      case 'class':
        return { $class: this.#text(value.name) };
      case 'unreadable':
        return { $unreadable: value.reason };
      default:
        return this.#nested(value, level);
    }
  }

  #nested(value: PlainValue, level: number): unknown {
    if (this.#ancestors.has(value)) return { $itself: true };
    if (level > DEEPEST) {
      this.truncated = true;
      return { $unreadable: 'nested more deeply' };
    }
    this.#ancestors.add(value);
    const json = this.#container(value, level + 1);
    this.#ancestors.delete(value);
    return json;
  }

  #container(value: PlainValue, level: number): unknown {
    if (value.kind === 'list') {
      const items = this.#items(value.items, level);
      return value.type === 'list' ? items : { [`$${value.type}`]: items };
    }
    if (value.kind === 'map') return this.#map(value.entries, level);
    if (value.kind === 'object') return this.#object(value, level);
    return value.kind === 'http' ? { $http: this.#http(value, level) } : null;
  }

  #integer(value: bigint): unknown {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    return { $integer: this.#text(String(value)) };
  }

  #text(text: string): string {
    const shown = text.length > this.#left ? text.slice(0, Math.max(0, this.#left)) : text;
    if (shown.length < text.length) this.truncated = true;
    this.#left -= shown.length;
    return shown;
  }

  #bytes(bytes: Uint8Array): string {
    // In steps of three, so that what is shown of base64 is whole.
    const room = Math.floor(Math.max(0, this.#left) / 4) * 3;
    const shown = bytes.length > room ? bytes.subarray(0, room) : bytes;
    if (shown.length < bytes.length) this.truncated = true;
    this.#left -= Math.ceil(shown.length / 3) * 4;
    return Buffer.from(shown.buffer, shown.byteOffset, shown.length).toString('base64');
  }

  /** Whether nothing more can be shown. */
  #isFull(): boolean {
    if (this.#left > 0) return false;
    this.truncated = true;
    return true;
  }

  #items(items: readonly PlainValue[], level: number): readonly unknown[] {
    const shown: unknown[] = [];
    for (const item of items) {
      if (this.#isFull()) return [...shown, { $more: items.length - shown.length }];
      shown.push(this.value(item, level));
    }
    return shown;
  }

  #map(entries: readonly Entry[], level: number): unknown {
    const names = new Set<string>();
    for (const [key] of entries) if (key.kind === 'text' && key.className === undefined) names.add(key.text);
    const plain = names.size === entries.length && ![...names].some((name) => name.startsWith('$'));
    if (!plain) return { $map: this.#pairs(entries, level) };
    return this.#named(entries, level);
  }

  #named(entries: readonly Entry[], level: number): unknown {
    const shown: [string, unknown][] = [];
    for (const [key, value] of entries) {
      if (this.#isFull()) {
        shown.push(['$more', entries.length - shown.length]);
        break;
      }
      const name = key.kind === 'text' ? key.text : key.kind === 'symbol' ? key.name : key.kind;
      this.#left -= name.length;
      shown.push([name, this.value(value, level)]);
    }
    // Not by assignment: a name may be `__proto__`.
    return Object.fromEntries(shown);
  }

  #pairs(entries: readonly Entry[], level: number): readonly unknown[] {
    const shown: unknown[] = [];
    for (const [key, value] of entries) {
      if (this.#isFull()) return [...shown, { $more: entries.length - shown.length }];
      shown.push([this.value(key, level), this.value(value, level)]);
    }
    return shown;
  }

  #object(object: PlainObject, level: number): unknown {
    const folded = foldObject(object);
    if (folded !== object) return this.value(folded, level);
    return {
      $object: this.#text(object.className),
      ...(object.args.length > 0 ? { args: this.#items(object.args, level) } : {}),
      ...(object.items.length > 0 ? { items: this.#items(object.items, level) } : {}),
      ...(object.entries.length > 0 ? { entries: this.#map(object.entries, level) } : {}),
      ...(object.fields.length > 0 ? { fields: this.#fields(object.fields, level) } : {}),
    };
  }

  #fields(fields: readonly Entry[], level: number): unknown {
    const symbols = fields.every(([key]) => key.kind === 'symbol');
    const names = new Set(fields.map(([key]) => (key.kind === 'symbol' ? key.name : '')));
    return symbols && names.size === fields.length ? this.#named(fields, level) : this.#map(fields, level);
  }

  #http(message: HttpMessage, level: number): unknown {
    const text = decodeUtf8(message.body);
    return {
      class: this.#text(message.className),
      status: message.status,
      reason: message.reason === undefined ? null : this.#text(message.reason),
      headers: message.headers.slice(0, 1_000).map(([name, value]) => [this.#text(name), this.#text(value)]),
      body: text === undefined ? { $bytes: this.#bytes(message.body) } : this.#text(text),
      ...(message.fields.length > 0 ? { fields: this.#fields(message.fields, level) } : {}),
    };
  }
}
