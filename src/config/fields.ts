import * as z from 'zod/mini';

import { BYTES_FORM, parseBytes } from '../units/bytes.ts';
import { parsePercent } from '../units/number.ts';
import { readTimeoutMs, readTtlSeconds, TIMEOUT_FORM, TTL_FORM } from './ttl.ts';

/**
 * The kinds of values in the file form. Messages say what is expected in plain words; whoever
 * reports them adds what was found. Numbers and booleans may arrive as text, because
 * `"${LIMIT:-100}"` is text; the JSON Schema admits only text with a variable there.
 */

/** What the JSON Schema says about a field beyond its type. */
export interface FieldNotes {
  readonly title?: string;
  readonly description?: string;
  readonly pattern?: string;
  readonly examples?: (string | number | boolean)[];
}

/** Descriptions for `specJsonSchema`; a registry of our own, so that zod's global one stays empty. */
export const fieldNotes = z.registry<FieldNotes>();

const VARIABLE = '\\$\\{';
const DURATION_PATTERN = `^\\s*(\\d+(\\.\\d+)?|(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+)\\s*$|${VARIABLE}`;

/** Any text. */
export function text(description: string, ...examples: string[]) {
  const notes: FieldNotes = examples.length === 0 ? { description } : { description, examples };
  return z.string({ error: 'expected a string' }).register(fieldNotes, notes);
}

/** A whole number from `minimum`. */
export function wholeNumber(minimum: number, description: string) {
  const error =
    minimum === Number.MIN_SAFE_INTEGER
      ? 'expected a whole number'
      : `expected a whole number of at least ${minimum}`;
  const number = z.int({ error }).check(z.minimum(minimum, { error }));
  const isWhole = (value: string) => /^-?\d{1,15}$/.test(value) && Number(value) >= minimum;
  return z
    .union([number, z.pipe(variableText(isWhole, error), z.transform(Number))], { error })
    .register(fieldNotes, { description });
}

/** `true` or `false`. */
export function trueOrFalse(description: string) {
  const error = 'expected true or false';
  const fromText = z.pipe(
    variableText((value) => value === 'true' || value === 'false', error),
    z.transform((value) => value === 'true'),
  );
  return z.union([z.boolean({ error }), fromText], { error }).register(fieldNotes, { description });
}

/** A time limit; comes out in milliseconds. */
export function timeout(description: string) {
  return duration(readTimeoutMs, `expected ${TIMEOUT_FORM}`, description);
}

/** A time to live; comes out in seconds. */
export function timeToLive(description: string) {
  return duration(readTtlSeconds, `expected ${TTL_FORM}`, description);
}

/** A TTL class or a time to live; comes out as written, because classes are resolved later. */
export function ttlOrClass(description: string) {
  const error = `expected the name of a TTL class, or ${TTL_FORM}`;
  return z
    .union([z.number({ error }), z.string({ error })], { error })
    .register(fieldNotes, { description, examples: ['5m', 300] });
}

/** A percentage or a fraction; comes out as a fraction from 0 to 1. */
export function fraction(description: string) {
  const error = 'expected a percentage such as 10%, or a fraction from 0 to 1';
  const written = z
    .string({ error })
    .register(fieldNotes, { pattern: `^\\s*\\d+(\\.\\d+)?\\s*%\\s*$|${VARIABLE}` });
  const number = z.number({ error }).check(z.minimum(0, { error }), z.maximum(1, { error }));
  const value = z
    .union([number, written], { error })
    .check(z.refine((input) => readFraction(input) !== undefined, { error }));
  return z
    .pipe(
      value,
      z.transform((input) => readFraction(input) ?? 0),
    )
    .register(fieldNotes, { description, examples: ['10%'] });
}

/** A size; comes out in bytes. */
export function size(description: string) {
  const error = `expected ${BYTES_FORM}`;
  const read = (input: string | number): number | undefined => parseBytes(String(input));
  const value = z
    .union([z.number({ error }), z.string({ error })], { error })
    .check(z.refine((input) => read(input) !== undefined, { error }));
  return z
    .pipe(
      value,
      z.transform((input) => read(input) ?? 0),
    )
    .register(fieldNotes, { description, examples: ['64KB'] });
}

/** Text, a number or a boolean where only its text matters. */
export function scalar(description: string) {
  const error = 'expected a string, a number or a boolean';
  return z
    .union([z.string({ error }), z.number({ error }), z.boolean({ error })], { error })
    .register(fieldNotes, { description });
}

function duration(read: (value: string | number) => number | undefined, error: string, description: string) {
  const written = z.string({ error }).register(fieldNotes, { pattern: DURATION_PATTERN });
  const value = z
    .union([z.number({ error }), written], { error })
    .check(z.refine((input) => read(input) !== undefined, { error }));
  return z
    .pipe(
      value,
      z.transform((input) => read(input) ?? 0),
    )
    .register(fieldNotes, { description, examples: ['30s', '5m'] });
}

function variableText(isValid: (value: string) => boolean, error: string) {
  return z.string({ error }).check(z.refine(isValid, { error })).register(fieldNotes, { pattern: VARIABLE });
}

function readFraction(value: string | number): number | undefined {
  if (typeof value === 'string' && value.includes('%')) return parsePercent(value);
  const number =
    typeof value === 'number'
      ? value
      : /^\d{0,3}\.?\d{1,17}$/.test(value.trim())
        ? Number(value)
        : Number.NaN;
  return number >= 0 && number <= 1 ? number : undefined;
}
