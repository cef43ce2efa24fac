import { UsageError } from '../cli/errors.ts';
import { escapeText } from '../keys/printable.ts';
import { TemplateError } from '../text/template.ts';
import { fillWhere, meets, parseWhere, WHERE_FORM, WhereError, type Where } from '../text/where.ts';
import type { AcceptsVariables } from './plan.ts';

/**
 * What `--where` says, given once or several times: targets that meet any of the conditions.
 * @returns `undefined` where it is not given: then every target is wanted
 * @throws UsageError where a condition cannot be read
 */
export function parseWhereFlags(texts: readonly string[]): AcceptsVariables | undefined {
  if (texts.length === 0) return undefined;
  const wheres = texts.map(parse);
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
