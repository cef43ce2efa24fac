import { decodeUtf8 } from '../../keys/printable.ts';
import { bytesNode, fieldOf, growingObject, textOf, type Entry, type PlainValue } from '../plain-value.ts';
import { isoSeconds } from './iso-moment.ts';

/** Classes whose only argument is the text that they are. */
const TEXT_CLASSES = new Set(['ActiveSupport::SafeBuffer']);

/** An object that wrote itself as bytes (`_dump`). */
export function rubyDump(className: string, bytes: Buffer): PlainValue {
  if (className === 'BigDecimal') {
    // The digits in memory, a colon, the number.
    const text = bytes.toString('latin1').replace(/^\d*:/, '');
    return { kind: 'decimal', text };
  }
  return growingObject(className, [bytesNode(bytes)]);
}

/** An object that wrote itself as another value (`marshal_dump`). */
export function rubyInstance(className: string, from: PlainValue): PlainValue {
  const day = className === 'Date' && from.kind === 'list' ? from.items[1] : undefined;
  if (day?.kind === 'integer') {
    // The second item is the Julian day, and 2440588 that of 1970-01-01.
    const moment = isoSeconds((day.value - 2_440_588n) * 86_400n, 0);
    if (moment?.kind === 'moment') return { kind: 'moment', type: 'date', text: moment.text.slice(0, -10) };
  }
  return growingObject(className, [from]);
}

/** A value together with the instance variables that follow it: the encoding of a string above all. */
export function rubyFields(value: PlainValue, variables: readonly Entry[]): PlainValue {
  if (value.kind === 'bytes') return stringOf(value.bytes, variables);
  if (value.kind !== 'object') return value;
  const [first] = value.args;
  if (value.className === 'Time' && first?.kind === 'bytes') {
    const moment = timeOf(Buffer.from(first.bytes), variables);
    if (moment !== undefined) return moment;
  }
  if (first?.kind !== 'bytes') {
    for (const entry of variables) (value.fields as Entry[]).push(entry);
    return value;
  }
  const text = stringOf(first.bytes, variables);
  if (text.kind === 'text' && TEXT_CLASSES.has(value.className)) {
    return { kind: 'text', text: text.text, className: value.className };
  }
  const object = growingObject(value.className, [text]);
  for (const entry of variables) if (!isEncoding(entry)) object.fields.push(entry);
  return object;
}

function isEncoding([name]: Entry): boolean {
  return name.kind === 'symbol' && (name.name === 'E' || name.name === 'encoding');
}

/** `E` says UTF-8 or ASCII; `encoding` names any other, whose bytes stay bytes. */
function stringOf(bytes: Uint8Array, variables: readonly Entry[]): PlainValue {
  const known = fieldOf(variables, 'E') !== undefined;
  const text = known ? decodeUtf8(bytes) : undefined;
  return text === undefined ? bytesNode(bytes) : textOf(text);
}

/** Ruby's packed time in UTC, with what does not fit into it beside it. Source: `time_mload` in time.c. */
function timeOf(bytes: Buffer, variables: readonly Entry[]): PlainValue | undefined {
  if (bytes.length < 8) return undefined;
  const [high, low] = [bytes.readUInt32LE(0), bytes.readUInt32LE(4)];
  if (high >>> 31 === 0) return undefined;
  const micros = low & 0xf_ffff;
  const seconds =
    Date.UTC(
      ((high >>> 14) & 0xffff) + 1900,
      (high >>> 10) & 0xf,
      (high >>> 5) & 0x1f,
      high & 0x1f,
      (low >>> 26) & 0x3f,
      (low >>> 20) & 0x3f,
    ) / 1_000;
  const nanos = micros * 1_000 + nanosecondsOf(variables);
  if (!Number.isFinite(seconds) || nanos > 999_999_999) return undefined;
  const moment = isoSeconds(BigInt(seconds), nanos);
  return moment;
}

function nanosecondsOf(variables: readonly Entry[]): number {
  const [above, below] = [fieldOf(variables, 'nano_num'), fieldOf(variables, 'nano_den')];
  if (above?.kind !== 'integer' || below?.kind !== 'integer' || below.value === 0n) return 0;
  const nanos = Number(above.value / below.value);
  return nanos >= 0 && nanos < 1_000 ? nanos : 0;
}
