/**
 * Expressions that pick values out of JSON: JMESPath (`results[*].id`), and JSONPath (`$.results[*].id`,
 * RFC 9535) where the text starts with `$`. Plain names need neither library, which would cost 10 to 25 ms.
 */

/** Picks values out of a document: what the expression gives, a list for JSONPath, `null` for nothing. */
export type Select = (document: unknown) => unknown;

/** What is wrong with an expression, in plain words. */
export interface ExpressionProblem {
  readonly message: string;
  /** Where in the expression's text, in UTF-16 units from 0; 0 where the library does not say. */
  readonly offset: number;
}

/** Tells what is wrong with an expression, or `undefined`. */
export type ExpressionCheck = (expression: string) => ExpressionProblem | undefined;

/** The languages of expressions. */
export type ExpressionLanguage = 'JMESPath' | 'JSONPath';

const PLAIN = /^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*$/;
/** Expressions that are surely right: names, list walks and positions. */
const SURELY_VALID =
  /^([A-Za-z_][A-Za-z0-9_]*(\[(\*|\d{1,9})?\])*|\[(\*|\d{1,9})?\])(\.[A-Za-z_][A-Za-z0-9_]*(\[(\*|\d{1,9})?\])*)*$/;

/** Which language a text is in. */
export function expressionLanguage(expression: string): ExpressionLanguage {
  return expression.trimStart().startsWith('$') ? 'JSONPath' : 'JMESPath';
}

/** Whether the syntax is right without a look into a library. */
export function isSurelyValid(expression: string): boolean {
  return SURELY_VALID.test(expression);
}

/** Loads what it takes to check expressions of these languages. */
export async function loadExpressionCheck(
  languages: ReadonlySet<ExpressionLanguage>,
): Promise<ExpressionCheck> {
  const jmespath = languages.has('JMESPath') ? await import('@jmespath-community/jmespath') : undefined;
  const jsonpath = languages.has('JSONPath') ? await loadJsonPath() : undefined;
  return (expression) => {
    if (isSurelyValid(expression)) return undefined;
    try {
      if (expressionLanguage(expression) === 'JSONPath') jsonpath?.compile(expression.trim());
      else jmespath?.compile(expression);
      return undefined;
    } catch (error) {
      return problemOf(error);
    }
  };
}

/**
 * Prepares an expression.
 * @throws Error with the library's words where the syntax is wrong
 */
export async function compileExpression(expression: string): Promise<Select> {
  if (PLAIN.test(expression)) return pickPlain(expression.split('.'));
  if (expressionLanguage(expression) === 'JSONPath') {
    const { compile } = await loadJsonPath();
    const query = compile(expression.trim());
    return (document) => query.query(document as Parameters<typeof query.query>[0]).values();
  }
  const { compile, TreeInterpreter } = await import('@jmespath-community/jmespath');
  const tree = compile(expression);
  return (document) => TreeInterpreter.search(tree, document as Parameters<typeof TreeInterpreter.search>[1]);
}

/** Its default export: the package is CommonJS, whose names a bundled `import()` does not spread out. */
async function loadJsonPath() {
  return (await import('json-p3')).default;
}

function pickPlain(names: readonly string[]): Select {
  return (document) => {
    let value: unknown = document;
    for (const name of names) {
      if (typeof value !== 'object' || value === null || Array.isArray(value) || !Object.hasOwn(value, name))
        return null;
      value = (value as Readonly<Record<string, unknown>>)[name];
    }
    return value ?? null;
  };
}

function problemOf(error: unknown): ExpressionProblem {
  const text = error instanceof Error ? error.message : String(error);
  const token = typeof error === 'object' && error !== null && 'token' in error ? error.token : undefined;
  const index = typeof token === 'object' && token !== null && 'index' in token ? token.index : undefined;
  return {
    // json-p3 ends its messages with the place, which is told by line and column here.
    message: text.replace(/^Syntax error[:,] */, '').replace(/ \('.*':\d+\)$/s, ''),
    offset: typeof index === 'number' ? index : 0,
  };
}
