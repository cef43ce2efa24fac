import type { ByteReader } from '../byte-reader.ts';
import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import { parseFloatText, parseInteger, signedLittleEndian } from '../exact-number.ts';
import { booleanOf, bytesNode, floatOf, integerOf, NULL, textOf, type PlainValue } from '../plain-value.ts';
import { unescapeRawUnicode, unquotePython } from './python-escapes.ts';
import { decodeWtf8 } from './wtf8.ts';

const NEWLINE = 0x0a;

/**
 * The opcodes of a pickle that push one value made of nothing but their own bytes, by their byte.
 * Source: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export const SCALAR_OPCODES: ReadonlyMap<number, (reader: ByteReader, budget: DecodeBudget) => PlainValue> =
  new Map<number, (reader: ByteReader, budget: DecodeBudget) => PlainValue>([
    [code('N'), () => NULL],
    [0x88, () => booleanOf(true)],
    [0x89, () => booleanOf(false)],
    [code('I'), (reader) => integerLine(line(reader))],
    [code('L'), (reader) => parseInteger(line(reader).replace(/L$/, ''))],
    [code('J'), (reader) => integerOf(reader.i32le())],
    [code('K'), (reader) => integerOf(reader.u8())],
    [code('M'), (reader) => integerOf(reader.u16le())],
    [0x8a, (reader) => signedLittleEndian(reader.take(reader.u8()))],
    [0x8b, (reader) => signedLittleEndian(reader.take(reader.u32le()))],
    [code('F'), (reader) => parseFloatText(line(reader))],
    [code('G'), (reader) => floatOf(reader.f64be())],
    [code('V'), (reader, budget) => textOf(unescapeRawUnicode(charged(line(reader), budget)))],
    [0x8c, (reader, budget) => unicode(reader.take(reader.u8()), budget)],
    [code('X'), (reader, budget) => unicode(reader.take(reader.u32le()), budget)],
    [0x8d, (reader, budget) => unicode(reader.take(reader.length64le()), budget)],
    [code('S'), (reader, budget) => quoted(charged(line(reader), budget))],
    [code('T'), (reader, budget) => oldString(reader.take(reader.u32le()), budget)],
    [code('U'), (reader, budget) => oldString(reader.take(reader.u8()), budget)],
    [code('C'), (reader) => bytesNode(reader.take(reader.u8()))],
    [code('B'), (reader) => bytesNode(reader.take(reader.u32le()))],
    [0x8e, (reader) => bytesNode(reader.take(reader.length64le()))],
    [0x96, (reader) => bytesNode(reader.take(reader.length64le()))],
  ]);

/** The byte of an opcode that has a letter. */
export function code(letter: string): number {
  return letter.charCodeAt(0);
}

/** The rest of a line, one character a byte. */
export function line(reader: ByteReader): string {
  return reader.until(NEWLINE).toString('latin1');
}

function charged(text: string, budget: DecodeBudget): string {
  budget.work(text.length);
  return text;
}

/** Protocols 0 and 1 write booleans as integers with two digits. */
function integerLine(digits: string): PlainValue {
  if (digits === '00' || digits === '01') return booleanOf(digits === '01');
  return parseInteger(digits);
}

function unicode(bytes: Buffer, budget: DecodeBudget): PlainValue {
  budget.work(bytes.length);
  const text = decodeWtf8(bytes);
  if (text === undefined) throw new DecodeProblem('a text in it is not UTF-8');
  return textOf(text);
}

/** A `str` of Python 2: text where it can be, otherwise bytes. */
function oldString(bytes: Buffer, budget: DecodeBudget): PlainValue {
  budget.work(bytes.length);
  const text = decodeWtf8(bytes);
  return text === undefined ? bytesNode(bytes) : textOf(text);
}

function quoted(text: string): PlainValue {
  const bytes = unquotePython(text);
  if (bytes === undefined) throw new DecodeProblem('a quoted string in it does not end');
  const decoded = decodeWtf8(bytes);
  return decoded === undefined ? bytesNode(bytes) : textOf(decoded);
}
