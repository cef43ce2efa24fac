/**
 * Templates of keys, paths, headers and tags: `user:{id}:dashboard`.
 *
 * `{name}` is a placeholder, `{{` and `}}` are literal braces. A brace that is neither is an error,
 * because a forgotten one would silently become part of a key.
 */

/** Literal text (braces already unescaped), or the name of a variable. */
export type TemplatePart =
  | { readonly type: 'literal'; readonly text: string }
  | { readonly type: 'placeholder'; readonly name: string; readonly offset: number };

/** A parsed template; neighbouring literals are joined, and none is empty. */
export interface Template {
  readonly parts: readonly TemplatePart[];
}

/** What a variable may be called, in placeholders and wherever variables are declared. */
export const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_-]*$/;

/** A template that cannot be read or filled in. The message names the mistake, not the template. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
  /** Where in the template's text, in UTF-16 units from 0. */
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Reads a template. Throws {@link TemplateError} for an unmatched brace or an impossible name. */
export function parseTemplate(text: string): Template {
  const parts: TemplatePart[] = [];
  let literal = '';
  let position = 0;
  while (position < text.length) {
    const brace = nextBrace(text, position);
    literal += text.slice(position, brace);
    if (brace === text.length) break;
    const character = text.charAt(brace);
    if (text.charAt(brace + 1) === character) {
      literal += character;
      position = brace + 2;
      continue;
    }
    if (character === '}') throw new TemplateError('unmatched `}`', brace);
    const end = nextBrace(text, brace + 1);
    if (text.charAt(end) !== '}') throw new TemplateError('unmatched `{`', brace);
    const name = text.slice(brace + 1, end);
    if (!VARIABLE_NAME.test(name)) {
      throw new TemplateError(
        `\`{${name}}\` is not a placeholder: a name is made of letters, digits, _ and -`,
        brace,
      );
    }
    if (literal !== '') parts.push({ type: 'literal', text: literal });
    literal = '';
    parts.push({ type: 'placeholder', name, offset: brace });
    position = end + 1;
  }
  if (literal !== '') parts.push({ type: 'literal', text: literal });
  return { parts };
}

/** The names that a template needs, each once, in the order of first use. */
export function placeholders(template: Template): readonly string[] {
  const names = template.parts.flatMap((part) => (part.type === 'placeholder' ? [part.name] : []));
  return [...new Set(names)];
}

/**
 * Fills a template in.
 * @param encode applied to every variable's value, never to literal text: `encodeURIComponent` for URLs
 * @throws TemplateError where a placeholder has no variable
 */
export function renderTemplate(
  template: Template,
  variables: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
  encode: (value: string) => string = (value) => value,
): string {
  let text = '';
  for (const part of template.parts) {
    if (part.type === 'literal') {
      text += part.text;
      continue;
    }
    const value = variableValue(variables, part.name);
    if (value === undefined) throw new TemplateError(`no value for \`{${part.name}}\``, part.offset);
    text += encode(value);
  }
  return text;
}

function variableValue(
  variables: ReadonlyMap<string, string> | Readonly<Record<string, string>>,
  name: string,
): string | undefined {
  if (isMap(variables)) return variables.get(name);
  return Object.hasOwn(variables, name) ? variables[name] : undefined;
}

function isMap(value: object): value is ReadonlyMap<string, string> {
  return value instanceof Map;
}

function nextBrace(text: string, from: number): number {
  for (let index = from; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '{' || character === '}') return index;
  }
  return text.length;
}
