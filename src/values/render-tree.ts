import { quoteBytes } from '../keys/printable.ts';
import { floatText } from './exact-number.ts';
import { bodyText, foldObject, statusLine } from './known-objects.ts';
import type { Entry, HttpMessage, PlainObject, PlainValue } from './plain-value.ts';

/** Nobody reads deeper, and every level costs a line its indentation. */
const DEEPEST = 60;

/** A tree in words, not yet safe to show. */
export interface RenderedTree {
  readonly text: string;
  /** Whether there is more of it. */
  readonly cut: boolean;
}

/**
 * A decoded value as text in no language's syntax in particular: lists in brackets, tuples in parentheses,
 * maps in braces, objects by the name of their class.
 * @param layout `block`: one item a line, indented; `line`: everything on one
 * @param maxCharacters what is longer is cut there
 */
export function renderTree(value: PlainValue, layout: 'block' | 'line', maxCharacters: number): RenderedTree {
  const printer = new Printer(layout === 'block', maxCharacters);
  printer.value(value, 0);
  return { text: printer.text, cut: printer.full };
}

class Printer {
  readonly #block: boolean;
  readonly #ancestors = new Set<PlainValue>();
  readonly #parts: string[] = [];
  #left: number;
  full = false;

  constructor(block: boolean, maxCharacters: number) {
    this.#block = block;
    this.#left = maxCharacters;
  }

  get text(): string {
    return this.#parts.join('');
  }

  #write(text: string): void {
    if (this.full) return;
    this.full = text.length > this.#left;
    this.#parts.push(this.full ? text.slice(0, this.#left) : text);
    this.#left -= text.length;
  }

  #line(level: number): void {
    this.#write(`\n${'  '.repeat(level)}`);
  }

  value(value: PlainValue, level: number): void {
    if (this.full) return;
    const leaf = this.#leaf(value);
    if (leaf !== undefined) return this.#write(leaf);
    if (this.#ancestors.has(value)) return this.#write('(itself)');
    if (level > DEEPEST) return this.#write('(nested more deeply)');
    this.#ancestors.add(value);
    this.#container(value, level);
    this.#ancestors.delete(value);
  }

  /** The text of a value without parts; only as much of it is made as there is room for. */
  #leaf(value: PlainValue): string | undefined {
    switch (value.kind) {
      case 'null':
        return 'null';
      case 'boolean':
      case 'integer':
        return String(value.value);
      case 'float':
        return floatText(value.value);
      case 'text':
        return JSON.stringify(this.#start(value.text));
      case 'decimal':
      case 'moment':
        return this.#start(value.text);
      case 'symbol':
        return `:${this.#start(value.name)}`;
      case 'bytes':
        return `b${quoteBytes(value.bytes.subarray(0, this.#left + 1))}`;
      case 'class':
        return `<class ${value.name}>`;
      case 'unreadable':
        return `<unreadable: ${value.reason}>`;
      default:
        return undefined;
    }
  }

  #start(text: string): string {
    return text.length > this.#left ? text.slice(0, this.#left + 1) : text;
  }

  #container(value: PlainValue, level: number): void {
    if (value.kind === 'list') this.#list(value, level);
    else if (value.kind === 'map') this.#entries(value.entries, level);
    else if (value.kind === 'object') this.#object(value, level);
    else if (value.kind === 'http') this.#http(value, level);
  }

  #list(value: Extract<PlainValue, { kind: 'list' }>, level: number): void {
    const [open, close] = { list: ['[', ']'], tuple: ['(', ')'], set: ['{', '}'], frozenset: ['{', '}'] }[
      value.type
    ] as [string, string];
    const inline = value.type === 'tuple' && value.items.length <= 6 && value.items.every(isShort);
    const name = value.type === 'set' || value.type === 'frozenset' ? value.type : '';
    this.#items(
      `${name}${open}`,
      value.items,
      value.type === 'tuple' && value.items.length === 1 ? `,${close}` : close,
      level,
      inline,
    );
  }

  #items(open: string, items: readonly PlainValue[], close: string, level: number, inline = false): void {
    this.#write(open);
    const block = this.#block && !inline && items.length > 0;
    for (const [index, item] of items.entries()) {
      if (this.full) return;
      if (block) this.#line(level + 1);
      this.value(item, level + 1);
      if (index < items.length - 1) this.#write(block ? ',' : ', ');
    }
    if (block) this.#line(level);
    this.#write(close);
  }

  #entries(entries: readonly Entry[], level: number, bareNames = false): void {
    this.#write('{');
    const block = this.#block && entries.length > 0;
    for (const [index, [key, value]] of entries.entries()) {
      if (this.full) return;
      if (block) this.#line(level + 1);
      if (bareNames && key.kind === 'text') this.#write(this.#start(key.text));
      else this.value(key, level + 1);
      this.#write(': ');
      this.value(value, level + 1);
      if (index < entries.length - 1) this.#write(block ? ',' : ', ');
    }
    if (block) this.#line(level);
    this.#write('}');
  }

  #object(object: PlainObject, level: number): void {
    const folded = foldObject(object);
    if (folded !== object) return this.value(folded, level);
    this.#write(object.className);
    if (object.args.length > 0 || object.fields.length + object.items.length + object.entries.length === 0) {
      this.#items('(', object.args, ')', level, object.args.length <= 3 && object.args.every(isShort));
    }
    if (object.items.length > 0) {
      this.#write(' ');
      this.#items('[', object.items, ']', level);
    }
    if (object.entries.length > 0) {
      this.#write(' ');
      this.#entries(object.entries, level);
    }
    if (object.fields.length > 0) {
      this.#write(' ');
      this.#entries(object.fields, level, true);
    }
  }

  #http(message: HttpMessage, level: number): void {
    this.#write(message.className);
    const body = bodyText(message);
    if (!this.#block) {
      this.#write(` ${statusLine(message)} `);
      return this.value(
        body === undefined ? { kind: 'bytes', bytes: message.body } : { kind: 'text', text: body },
        level,
      );
    }
    this.#line(level + 1);
    this.#write(statusLine(message));
    for (const [name, value] of message.headers) {
      this.#line(level + 1);
      this.#write(`${name}: ${oneLine(value)}`);
    }
    for (const [name, value] of message.fields) {
      this.#line(level + 1);
      this.#write(name.kind === 'text' ? `(${name.text}) ` : '');
      this.value(value, level + 1);
    }
    this.#write('\n');
    this.#line(level + 1);
    if (body === undefined) return this.value({ kind: 'bytes', bytes: message.body }, level + 1);
    this.#write(this.#start(body).replaceAll('\n', `\n${'  '.repeat(level + 1)}`));
  }
}

/** A header with a line feed would pass for two. */
function oneLine(text: string): string {
  return text.replaceAll('\n', '\\n');
}

function isShort(value: PlainValue): boolean {
  switch (value.kind) {
    case 'list':
    case 'map':
    case 'object':
    case 'http':
      return false;
    case 'text':
    case 'decimal':
      return value.text.length < 40;
    case 'bytes':
      return value.bytes.length < 40;
    default:
      return true;
  }
}
