/**
 * What a decoded value is made of: plain data of no particular language, exact. A decoder shares nodes
 * where the source does, so that a value may refer to itself; whoever walks one limits depth and amount.
 */
export type PlainValue =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  /** Digits exactly as they were written: `1.10` is not `1.1`. */
  | { readonly kind: 'decimal'; readonly text: string }
  /** `className` is there for a kind of text of its own: `django.utils.safestring.SafeString`. */
  | { readonly kind: 'text'; readonly text: string; readonly className?: string }
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** A date, a time or a duration; `text` is ISO 8601, durations are seconds. */
  | { readonly kind: 'moment'; readonly type: MomentType; readonly text: string }
  | { readonly kind: 'list'; readonly type: ListType; readonly items: readonly PlainValue[] }
  | { readonly kind: 'map'; readonly entries: readonly Entry[] }
  | PlainObject
  /** A class or function by its name, never loaded. */
  | { readonly kind: 'class'; readonly name: string }
  | HttpMessage
  /** A place where something stands that could not be read. */
  | { readonly kind: 'unreadable'; readonly reason: string };

/** The kinds of dates and times. */
export type MomentType = 'datetime' | 'date' | 'time' | 'duration';

/** The kinds of ordered and unordered collections without keys. */
export type ListType = 'list' | 'tuple' | 'set' | 'frozenset';

/** One entry of a map, or one field of an object. */
export type Entry = readonly [key: PlainValue, value: PlainValue];

/** An instance of a class, as data: what it was made from, its fields, and what was put into it. */
export interface PlainObject {
  readonly kind: 'object';
  readonly className: string;
  readonly args: readonly PlainValue[];
  readonly fields: readonly Entry[];
  /** Of a subclass of a list. */
  readonly items: readonly PlainValue[];
  /** Of a subclass of a map. */
  readonly entries: readonly Entry[];
}

/** A stored HTTP response, whatever framework's class it was. */
export interface HttpMessage {
  readonly kind: 'http';
  readonly className: string;
  readonly status: number;
  /** `undefined` where the framework would look it up by the status. */
  readonly reason: string | undefined;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
  /** What else the object has. */
  readonly fields: readonly Entry[];
}

/** What responses that are of no framework's class are called. */
export const HTTP_RESPONSE = 'HTTP response';

/** The one null. */
export const NULL: PlainValue = { kind: 'null' };
const TRUE: PlainValue = { kind: 'boolean', value: true };
const FALSE: PlainValue = { kind: 'boolean', value: false };

export const booleanOf = (value: boolean): PlainValue => (value ? TRUE : FALSE);
export const integerOf = (value: bigint | number): PlainValue => ({ kind: 'integer', value: BigInt(value) });
export const floatOf = (value: number): PlainValue => ({ kind: 'float', value });
export const textOf = (text: string): PlainValue => ({ kind: 'text', text });
export const bytesNode = (bytes: Uint8Array): PlainValue => ({ kind: 'bytes', bytes });
export const unreadable = (reason: string): PlainValue => ({ kind: 'unreadable', reason });

/** A list that is filled after it was made: a decoder hands it on first, so that what was read is kept. */
export function growingList(type: ListType = 'list'): {
  readonly kind: 'list';
  readonly type: ListType;
  readonly items: PlainValue[];
} {
  return { kind: 'list', type, items: [] };
}

/** A map that is filled after it was made. */
export function growingMap(): { readonly kind: 'map'; readonly entries: Entry[] } {
  return { kind: 'map', entries: [] };
}

/** An object that is filled after it was made. */
export interface GrowingObject extends PlainObject {
  readonly fields: Entry[];
  readonly items: PlainValue[];
  readonly entries: Entry[];
}

export function growingObject(className: string, args: readonly PlainValue[] = []): GrowingObject {
  return { kind: 'object', className, args, fields: [], items: [], entries: [] };
}

/** The value of a field or entry with a text or symbol as its name; `undefined` where there is none. */
export function fieldOf(entries: readonly Entry[], name: string): PlainValue | undefined {
  return entries.find(
    ([key]) => (key.kind === 'text' && key.text === name) || (key.kind === 'symbol' && key.name === name),
  )?.[1];
}
