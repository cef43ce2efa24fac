/**
 * `${NAME}`, `${NAME:-default}` and `${NAME:?message}` inside string values, as shells and Docker
 * Compose write them. `$${` is a literal `${`. A default may contain further variables and balanced braces.
 */

/** Environment variables, as the host hands them over. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Something to report; `offset` is in UTF-16 units from the start of the text. */
export interface InterpolationProblem {
  /** `unset`: filled in as nothing. `required`: `:?` without a value. `syntax`: not a reference. */
  readonly kind: 'unset' | 'required' | 'syntax';
  readonly offset: number;
  readonly message: string;
}

/** A text with its variables filled in. */
export interface Interpolation {
  readonly value: string;
  /** The variables whose values are part of `value`, each once. */
  readonly variables: readonly string[];
  readonly problems: readonly InterpolationProblem[];
}

/** Deep enough for every fallback chain; keeps a hostile file from exhausting the stack. */
const MAX_NESTING = 8;

const REFERENCE = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:-|:\?)([\s\S]*))?$/;

/** Fills in variables. Never throws: whatever is wrong is in `problems`. */
export function interpolate(text: string, env: Environment): Interpolation {
  return fill(text, env, 0, 0);
}

function fill(text: string, env: Environment, base: number, depth: number): Interpolation {
  const variables: string[] = [];
  const problems: InterpolationProblem[] = [];
  let value = '';
  let position = 0;
  for (;;) {
    const start = text.indexOf('${', position);
    if (start === -1) break;
    if (start > position && text.charAt(start - 1) === '$') {
      value += `${text.slice(position, start - 1)}\${`;
      position = start + 2;
      continue;
    }
    value += text.slice(position, start);
    const end = closingBrace(text, start + 2);
    if (end === undefined) {
      problems.push({ kind: 'syntax', offset: base + start, message: 'unterminated `${`' });
      return { value, variables, problems };
    }
    const filled = fillReference(text.slice(start + 2, end), env, base + start, depth);
    value += filled.value;
    variables.push(...filled.variables);
    problems.push(...filled.problems);
    position = end + 1;
  }
  return { value: value + text.slice(position), variables: [...new Set(variables)], problems };
}

function fillReference(body: string, env: Environment, offset: number, depth: number): Interpolation {
  const failure = (kind: InterpolationProblem['kind'], message: string): Interpolation => ({
    value: '',
    variables: [],
    problems: [{ kind, offset, message }],
  });
  const match = REFERENCE.exec(body);
  const name = match?.[1];
  if (!match || name === undefined) {
    return failure('syntax', 'expected `${NAME}`, `${NAME:-default}` or `${NAME:?message}`');
  }
  const operator = match[2];
  const rest = match[3] ?? '';
  // hasOwn: a variable called `constructor` must not find Object's.
  const current = Object.hasOwn(env, name) ? env[name] : undefined;
  if (operator === undefined) {
    if (current === undefined) return failure('unset', `the environment variable ${name} is not set`);
    return { value: current, variables: [name], problems: [] };
  }
  if (current !== undefined && current !== '') return { value: current, variables: [name], problems: [] };
  if (operator === ':?') {
    const reason = rest === '' ? 'is not set' : `is not set: ${rest}`;
    return failure('required', `the environment variable ${name} ${reason}`);
  }
  if (depth >= MAX_NESTING) return failure('syntax', 'defaults are nested too deeply');
  return fill(rest, env, offset + 2 + name.length + 2, depth + 1);
}

function closingBrace(text: string, from: number): number | undefined {
  let open = 1;
  for (let index = from; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '{') open++;
    if (character === '}') open--;
    if (open === 0) return index;
  }
  return undefined;
}
