import { UsageError } from '../cli/errors.ts';
import type { Input } from '../cli/input.ts';
import { escapeText } from '../keys/printable.ts';
import { jsonTokens } from '../values/serialization/json-tokens.ts';
import { VARIABLE_NAME } from '../text/template.ts';

/** Something that happened in the application: the name of a rule, and values for its placeholders. */
export interface CacheEvent {
  readonly name: string;
  readonly data: Readonly<Record<string, string>>;
}

/** Longer data is refused: an event says which record changed, it does not carry it. */
export const MAX_EVENT_BYTES = 65_536;

/**
 * The values of an event's JSON data. Strings, numbers and booleans become text; what is nested has no text
 * and is left out, so that a placeholder for it is said to have no value.
 * Numbers keep their digits as they are written: IDs are often longer than a double can tell apart.
 * @throws UsageError where it is not a JSON object
 */
export function readEventData(json: string, where: string): Readonly<Record<string, string>> {
  let parsed: unknown;
  try {
    parsed = parseExactly(json);
  } catch {
    throw new UsageError(`${where} is not JSON`, { hint: 'write an object such as {"id": 42}' });
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) {
    throw new UsageError(`${where} is not a JSON object`, { hint: 'write an object such as {"id": 42}' });
  }
  return eventData(parsed);
}

/**
 * A JSON document in which every number is its own text.
 * @throws SyntaxError where it is not JSON
 */
export function parseExactly(json: string): unknown {
  JSON.parse(json);
  const tokens = Array.from(jsonTokens(json), ({ type, text }) =>
    type === 'scalar' && /^-?\d/.test(text) ? JSON.stringify(text) : text,
  );
  return JSON.parse(tokens.join(''));
}

/** The values of an object that have a text. */
export function eventData(object: object): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(object).flatMap(([name, value]: [string, unknown]) => {
      if (typeof value === 'string') return [[name, value] as const];
      if (typeof value === 'number' || typeof value === 'boolean') return [[name, String(value)] as const];
      return [];
    }),
  );
}

/** `--data id=42`, as often as there are values. @throws UsageError */
export function parseDataFlags(input: Input): Readonly<Record<string, string>> {
  const data: Record<string, string> = {};
  for (const text of input.texts('data')) {
    const equals = text.indexOf('=');
    const name = text.slice(0, equals).trim();
    if (equals === -1 || !VARIABLE_NAME.test(name)) {
      throw new UsageError(`--data takes name=value, not "${escapeText(text)}"`, { hint: '--data id=42' });
    }
    if (Object.hasOwn(data, name)) throw new UsageError(`--data gives ${name} twice`);
    data[name] = text.slice(equals + 1);
  }
  return data;
}
