import { UsageError } from '../cli/errors.ts';
import { nearest } from '../text/nearest.ts';
import { buildLayout, layoutSchema, type LayoutSpec } from './layout.ts';

const FORM = 'TYPE, or TYPE:name=value,name=value';

/**
 * A layout as `--layout` writes it: `django:prefix=shop,version=2`. A name given again makes a list, and a
 * backslash takes the meaning from a comma or a backslash in a value.
 * @throws UsageError
 */
export function parseLayout(text: string): LayoutSpec {
  const colon = text.indexOf(':');
  const type = colon === -1 ? text : text.slice(0, colon);
  const settings = colon === -1 ? [] : splitSettings(text.slice(colon + 1));
  const file: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of settings) {
    const before = file[name];
    file[name] = before === undefined ? value : [before, value].flat();
  }
  const parsed = layoutSchema.safeParse({ ...file, type });
  if (parsed.success) return buildLayout(parsed.data);
  throw new UsageError(`--layout ${text}: ${problem(parsed.error.issues[0], type)}`, {
    hint: `--layout takes ${FORM}; cachectl config schema describes the types and their settings`,
  });
}

function splitSettings(text: string): readonly (readonly [name: string, value: string])[] {
  if (text === '') return [];
  const parts = splitAtCommas(text);
  return parts.map((part) => {
    const equals = part.indexOf('=');
    if (equals < 1) throw new UsageError(`--layout takes ${FORM}, and "${part}" is no name=value`);
    return [part.slice(0, equals).trim(), part.slice(equals + 1).replace(/\\([\s\S])/g, '$1')];
  });
}

/** A comma after a backslash is part of its value. */
function splitAtCommas(text: string): readonly string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '\\') at++;
    else if (at === text.length || text[at] === ',') {
      parts.push(text.slice(start, at));
      start = at + 1;
    }
  }
  return start <= text.length ? [...parts, text.slice(start)] : parts;
}

/** The part of a zod issue that is needed here. */
interface Issue {
  readonly code?: string | undefined;
  readonly message: string;
  readonly path: readonly PropertyKey[];
  readonly keys?: readonly string[];
}

function problem(issue: Issue | undefined, type: string): string {
  const types = layoutSchema.def.options.map((option) => String(option.def.shape.type.def.values[0]));
  if (!types.includes(type)) {
    const guess = nearest(type, types);
    return (
      `there is no layout ${type}` +
      (guess === undefined ? `; there are ${types.join(', ')}` : `, did you mean ${guess}?`)
    );
  }
  if (issue?.code === 'unrecognized_keys') {
    const variant = layoutSchema.def.options.find((option) => option.def.shape.type.def.values[0] === type);
    const names = Object.keys(variant?.def.shape ?? {}).filter((name) => name !== 'type');
    return `${type} has no setting ${issue.keys?.join(', ') ?? ''}; it has ${names.join(', ')}`;
  }
  return `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not valid'}`;
}
