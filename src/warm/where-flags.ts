import { UsageError } from '../cli/errors.ts';
import { entryVariables } from '../config/entry-variables.ts';
import type { ScopeSpec } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import { nearest } from '../text/nearest.ts';
import { TemplateError } from '../text/template.ts';
import { fillWhere, meets, parseWhere, WHERE_FORM, WhereError, type Where } from '../text/where.ts';
import type { AcceptsVariables } from './plan.ts';

/**
 * What `--where` says, given once or several times: targets that meet any of the conditions.
 * @returns `undefined` where it is not given: then every target is wanted
 * @throws UsageError where a condition cannot be read, or is about a variable that no entry of the scopes has
 */
export function parseWhereFlags(
  texts: readonly string[],
  scopes: readonly ScopeSpec[],
): AcceptsVariables | undefined {
  if (texts.length === 0) return undefined;
  const known = new Set(scopes.flatMap(({ entries }) => entries.flatMap(entryVariables)));
  const wheres = texts.map((text) => {
    const where = parse(text);
    for (const { name } of where) if (!known.has(name)) throw unknownVariable(text, name, known);
    return where;
  });
  return (variables) => wheres.some((where) => meets(where, variables));
}

function parse(text: string): Where {
  try {
    return fillWhere(parseWhere(text), {});
  } catch (error) {
    if (!(error instanceof WhereError) && !(error instanceof TemplateError)) throw error;
    throw new UsageError(`--where "${escapeText(text)}": ${error.message}`, { hint: `write ${WHERE_FORM}` });
  }
}

function unknownVariable(text: string, name: string, known: ReadonlySet<string>): UsageError {
  const guess = nearest(name, known);
  const all = known.size === 0 ? 'they have no variables' : `they have ${[...known].join(', ')}`;
  return new UsageError(
    `--where "${escapeText(text)}": no entry of the chosen scopes has the variable ${name}`,
    { hint: guess === undefined ? all : `did you mean ${guess}? ${all}` },
  );
}
