import { parseTemplate, renderTemplate, TemplateError, VARIABLE_NAME, type Template } from './template.ts';

/**
 * Conditions on the variables of a target: `id == 42 and lang != "de"`. Values are compared as text, as they
 * stand in keys and paths; they are bare words, or JSON strings where they have blanks.
 */

/** One comparison; the value is a template, so that a rule may say `id == {id}`. */
export interface WhereTerm {
  readonly name: string;
  readonly isEqual: boolean;
  readonly value: Template;
}

/** Comparisons of which all have to hold. */
export type WhereTemplate = readonly WhereTerm[];

/** The same with its values filled in. */
export type Where = readonly { readonly name: string; readonly isEqual: boolean; readonly value: string }[];

/** A condition that cannot be read; the message says what is wrong, and where it stands. */
export class WhereError extends Error {
  override readonly name = 'WhereError';
  /** In UTF-16 units from the condition's start. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** What a condition looks like, for messages. */
export const WHERE_FORM = `a condition such as id == 42 or lang != "de", several joined with and`;

const NAME = /\s*([A-Za-z_][A-Za-z0-9_-]*)\s*/y;
const OPERATOR = /(==|!=)\s*/y;
const QUOTED = /"(?:[^"\\]|\\.)*"/y;
const BARE = /[^\s"]+/y;
const AND = /\s+and(?=\s)/y;

/** @throws WhereError */
export function parseWhere(text: string): WhereTemplate {
  const terms: WhereTerm[] = [];
  let position = 0;
  const take = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = position;
    const match = pattern.exec(text);
    if (match === null) return undefined;
    position = pattern.lastIndex;
    return match;
  };
  for (;;) {
    const name = take(NAME)?.[1];
    if (name === undefined || !VARIABLE_NAME.test(name)) {
      throw new WhereError('the name of a variable is missing', position);
    }
    const operator = take(OPERATOR)?.[1];
    if (operator === undefined) throw new WhereError(`== or != is missing after ${name}`, position);
    terms.push({ name, isEqual: operator === '==', value: takeValue(take, position) });
    if (text.slice(position).trim() === '') return terms;
    if (take(AND) === undefined) throw new WhereError('conditions are joined with and', position);
  }
}

function takeValue(take: (pattern: RegExp) => RegExpExecArray | undefined, start: number): Template {
  const quoted = take(QUOTED)?.[0];
  const written = quoted ?? take(BARE)?.[0];
  if (written === undefined) throw new WhereError('a value is missing', start);
  try {
    return parseTemplate(quoted === undefined ? written : String(JSON.parse(quoted)));
  } catch (error) {
    if (error instanceof TemplateError) throw new WhereError(error.message, start + error.offset);
    throw new WhereError(`${written} is not a JSON string`, start);
  }
}

/**
 * The condition with its placeholders filled in. A value stays a value whatever is in it.
 * @throws TemplateError where a placeholder has no value
 */
export function fillWhere(where: WhereTemplate, variables: Readonly<Record<string, string>>): Where {
  return where.map(({ name, isEqual, value }) => ({
    name,
    isEqual,
    value: renderTemplate(value, variables),
  }));
}

/** Whether variables meet it. A variable that is missing equals nothing. */
export function meets(where: Where, variables: Readonly<Record<string, string>>): boolean {
  return where.every(({ name, isEqual, value }) => {
    const actual = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return (actual === value) === isEqual;
  });
}

/** The condition as it can be written again; {@link parseWhere} and {@link fillWhere} give the same back. */
export function writeWhere(where: Where): string {
  return where
    .map(({ name, isEqual, value }) => `${name} ${isEqual ? '==' : '!='} ${writeValue(value)}`)
    .join(' and ');
}

function writeValue(value: string): string {
  const literal = value.replaceAll('{', '{{').replaceAll('}', '}}');
  return /^[^\s"]+$/.test(literal) ? literal : JSON.stringify(literal);
}
