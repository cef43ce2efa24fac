import { ByteReader } from '../byte-reader.ts';
import { problemText } from '../decode-budget.ts';
import { bytesNode, growingObject, textOf, unreadable, type PlainValue } from '../plain-value.ts';
import type { ReadResult } from './read-result.ts';

/** Magic number and version. */
const HEADER_BYTES = 4;

/**
 * Recognises a Java object stream: text is read, anything else shown by the name of its class.
 * Source: Java Object Serialization Specification, chapter 6.
 */
export function readJava(bytes: Uint8Array): ReadResult {
  const reader = new ByteReader(bytes, HEADER_BYTES);
  try {
    const value = contentOf(reader);
    const warnings = value.kind === 'object' ? ['of a Java object only the name of its class is read'] : [];
    return { value, end: bytes.length, problem: undefined, warnings };
  } catch (error) {
    const problem = problemText(error);
    return { value: unreadable(problem), end: reader.position, problem };
  }
}

function contentOf(reader: ByteReader): PlainValue {
  const type = reader.u8();
  if (type === 0x74) return textOf(reader.take(reader.u16be()).toString('utf8'));
  if (type === 0x7c) return textOf(reader.take(Number(reader.u64be())).toString('utf8'));
  if ((type === 0x73 || type === 0x75 || type === 0x7e) && reader.u8() === 0x72) {
    const name = reader.take(reader.u16be()).toString('utf8');
    return growingObject(name, [bytesNode(reader.take(reader.left))]);
  }
  return growingObject('(Java)', [bytesNode(reader.take(reader.left))]);
}
