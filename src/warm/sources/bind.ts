import { isNameList, type AsSpec } from '../../config/foreach.ts';
import { escapeText } from '../../keys/printable.ts';
import { compileExpression, type Select } from '../../text/expression.ts';
import { quoted, sourceFailure } from './failures.ts';
import type { Variables } from './source.ts';

/** Turns a record of a source into variables; throws CachectlError `source.*` where a value does not fit. */
export type Bind = (record: unknown) => Variables;

/** How records are read. */
export interface BindOptions {
  /** What gives the records, for messages: `select "results[*].id"`. */
  readonly what: string;
  /** The field that a single variable takes where no field has its name. */
  readonly principal?: string;
}

/**
 * Prepares `as`: one name takes the record where it is text or a number, otherwise its field of that name;
 * several names take fields, or positions of a list; expressions are searched in the record.
 */
export async function createBind(as: AsSpec, options: BindOptions): Promise<Bind> {
  const { what } = options;
  if (typeof as === 'string') {
    return (record) => ({ [as]: readValue(fieldOf(record, as, options.principal), what) });
  }
  if (isNameList(as)) return bindNames(as, what);
  const fields: (readonly [name: string, expression: string, select: Select])[] = [];
  for (const [name, expression] of Object.entries(as)) {
    fields.push([name, expression, await compileExpression(expression)]);
  }
  return (record) => {
    const variables: Record<string, string> = {};
    for (const [name, expression, select] of fields) {
      variables[name] = readValue(single(select(record), expression), `${quoted(expression)} for {${name}}`);
    }
    return variables;
  };
}

/**
 * A value as a variable takes it; nothing is the empty text.
 * @param what gives it, for messages
 * @throws CachectlError `source.select` for lists and objects, `source.number` for numbers that lost digits
 */
export function readValue(value: unknown, what: string): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return String(value);
    case 'number':
      // JSON.parse has rounded it already: another record would be asked for.
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw sourceFailure(
          'source.number',
          `${what} gives a number of more than 15 digits, which cannot be read exactly`,
          'let the origin give such ids as strings',
        );
      }
      return String(value);
    default:
      if (value === null || value === undefined) return '';
      throw sourceFailure(
        'source.select',
        `${what} gives ${Array.isArray(value) ? 'lists' : 'objects'}, and a variable takes text or a number`,
        'name one field: results[*].id, or give `as` the names of fields',
      );
  }
}

function bindNames(names: readonly string[], what: string): Bind {
  return (record) => {
    const variables: Record<string, string> = {};
    for (const [index, name] of names.entries()) {
      const value: unknown = Array.isArray(record) ? record[index] : fieldOf(record, name, undefined);
      // Text where several fields are wanted: the first name must not silently take all of it.
      if (value === record) throw noField(name, what);
      variables[name] = readValue(value, what);
    }
    return variables;
  };
}

function fieldOf(record: unknown, name: string, principal: string | undefined): unknown {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return record;
  const fields = record as Readonly<Record<string, unknown>>;
  if (Object.hasOwn(fields, name)) return fields[name];
  return principal === undefined ? record : fields[principal];
}

function noField(name: string, what: string): Error {
  return sourceFailure(
    'source.select',
    `${what} gives records without a field ${quoted(name)}`,
    'names are case-sensitive; a map under `as` gives each variable an expression of its own',
  );
}

/** JSONPath always gives a list; one value is meant where a variable wants one. */
function single(value: unknown, expression: string): unknown {
  if (!Array.isArray(value) || !expression.trimStart().startsWith('$')) return value;
  if (value.length > 1) {
    throw sourceFailure(
      'source.select',
      `${quoted(escapeText(expression))} gives ${value.length} values, and a variable takes one`,
      'choose one of them: $.items[0].id',
    );
  }
  return value[0];
}
