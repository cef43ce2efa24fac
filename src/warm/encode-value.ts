import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Serializer } from '../config/fill-spec.ts';
import type { LayoutSpec } from '../config/layout.ts';
import { decodeUtf8 } from '../keys/printable.ts';
import type { OriginResponse } from '../origin/types.ts';
import { compress } from '../values/compression/compress.ts';
import { textOf, type PlainValue } from '../values/plain-value.ts';
import { readJson } from '../values/serialization/json-reader.ts';
import { compactJson, parseLosslessly } from '../values/serialization/json.ts';
import { keyvEntry } from '../values/serialization/keyv-writer.ts';
import { writeMsgpack } from '../values/serialization/msgpack-writer.ts';
import { writePhp } from '../values/serialization/php-writer.ts';
import { writePickle } from '../values/serialization/pickle-writer.ts';
import type { PreparedFill } from './prepare-fill.ts';

/** The parts of an answer that a value is made of. */
export type Answer = Pick<OriginResponse, 'status' | 'headers' | 'body'>;

/** Frameworks that keep an integer as its digits, so that Redis can count with it, and never compress one. */
const BARE_INTEGERS: ReadonlySet<LayoutSpec['type']> = new Set(['django', 'laravel']);

/**
 * The bytes that an entry stores of an answer.
 * @param layout whose framework reads them
 * @returns at once where nothing has to be compressed, as for most entries
 * @throws CachectlError `value.*` where the answer has no such form
 */
export function encodeValue(
  answer: Answer,
  prepared: PreparedFill,
  layout: LayoutSpec['type'],
): Buffer | Promise<Buffer> {
  const { value, serializer, compress: compression } = prepared.fill;
  let plain: Buffer;
  if (value === 'body') {
    plain = serializer === 'raw' ? answer.body : serializeText(textBody(answer.body), serializer);
  } else {
    const json = value === 'json' ? jsonText(answer.body, prepared) : envelope(answer, prepared);
    if (BARE_INTEGERS.has(layout) && /^-?\d+$/.test(json)) return Buffer.from(json, 'latin1');
    plain = serializeJson(json, serializer);
  }
  if (compression === undefined || plain.length <= compression.aboveBytes) return plain;
  return compress(plain, compression.type);
}

/** Serializers that make something other than JSON of data. */
type Binary = Exclude<Serializer, 'raw' | 'json' | 'keyv'>;

function isBinary(serializer: Serializer): serializer is Binary {
  return serializer !== 'raw' && serializer !== 'json' && serializer !== 'keyv';
}

function serializeText(text: string, serializer: Serializer): Buffer {
  return isBinary(serializer)
    ? serialize(textOf(text), serializer)
    : serializeJson(JSON.stringify(text), serializer);
}

/** Exact JSON text as the application reads it back. */
function serializeJson(json: string, serializer: Serializer): Buffer {
  if (isBinary(serializer)) return serialize(readJson(json), serializer);
  return serializer === 'keyv' ? keyvEntry(json) : Buffer.from(json, 'utf8');
}

function serialize(value: PlainValue, serializer: Binary): Buffer {
  try {
    switch (serializer) {
      case 'pickle':
        return writePickle(value);
      case 'php':
        return writePhp(value);
      case 'msgpack':
        return writeMsgpack(value);
    }
  } catch (error) {
    throw valueFailure(
      'value.serialize',
      `the answer cannot be written as ${serializer}: ${error instanceof Error ? error.message : String(error)}`,
      'serializer: json can hold it',
    );
  }
}

function jsonText(body: Buffer, { select, fill }: PreparedFill): string {
  const text = textBody(body).replace(/^\ufeff/, '');
  const document = parse(text);
  // The text itself where nothing is picked out of it: numbers keep all their digits.
  if (select === undefined) return compactJson(text);
  if (mayLose(text) && parseLosslessly(text) === undefined) {
    throw valueFailure(
      'value.number',
      'the answer has a number that cannot be picked out of it exactly',
      'let the origin give long numbers as strings, or store the whole answer',
    );
  }
  const selected = select(document);
  if (selected === null || selected === undefined) {
    throw valueFailure(
      'value.select',
      `select "${fill.select ?? ''}" finds nothing in the answer`,
      'compare it with the answer: names are case-sensitive, and a list is walked with [*]',
    );
  }
  return JSON.stringify(selected);
}

/** Whether a text may hold a number of more digits than a double keeps: a quick look, for most texts have none. */
function mayLose(text: string): boolean {
  return /\d[\d.]{14}|\d[eE]/.test(text);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw valueFailure('value.json', 'the answer is not JSON', 'value: body stores it as it is');
  }
}

/** Text bodies stay readable; others are base64 under another name, so that nobody mistakes one for the other. */
function envelope({ status, headers, body }: Answer, { fill }: PreparedFill): string {
  const kept = Object.fromEntries(
    fill.keepHeaders.flatMap((name) => {
      const value = headers[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const text = decodeUtf8(body);
  return JSON.stringify({
    status,
    headers: kept,
    ...(text === undefined ? { body_base64: body.toString('base64') } : { body: text }),
  });
}

function textBody(body: Buffer): string {
  const text = decodeUtf8(body);
  if (text !== undefined) return text;
  throw valueFailure(
    'value.text',
    'the answer is not UTF-8 text',
    'value: body with serializer: raw stores any bytes',
  );
}

function valueFailure(code: string, message: string, hint: string): CachectlError {
  return new CachectlError(message, { code, exitCode: ExitCode.partial, hint });
}
