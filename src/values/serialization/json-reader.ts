import { DecodeProblem } from '../decode-budget.ts';
import { parseInteger } from '../exact-number.ts';
import {
  booleanOf,
  floatOf,
  growingList,
  growingMap,
  NULL,
  textOf,
  type PlainValue,
} from '../plain-value.ts';
import { jsonTokens, type JsonToken } from './json-tokens.ts';

type Container = ReturnType<typeof growingList> | ReturnType<typeof growingMap>;

/**
 * The value of JSON text with nothing lost: integers of any length, repeated names, names in their order.
 * A number with a fraction or an exponent is a float, as in Python and PHP.
 * @throws DecodeProblem where the text is not JSON
 */
export function readJson(text: string): PlainValue {
  assertJson(text);
  const open: { readonly container: Container; name?: PlainValue | undefined }[] = [];
  let root: PlainValue = NULL;
  const place = (value: PlainValue): void => {
    const inside = open.at(-1);
    if (inside === undefined) root = value;
    else if (inside.container.kind === 'list') inside.container.items.push(value);
    else if (inside.name === undefined) inside.name = value;
    else {
      inside.container.entries.push([inside.name, value]);
      inside.name = undefined;
    }
  };
  for (const token of jsonTokens(text)) {
    if (token.type === 'open') {
      const container = token.text === '{' ? growingMap() : growingList();
      place(container);
      open.push({ container });
    } else if (token.type === 'close') open.pop();
    else if (token.type === 'string' || token.type === 'scalar') place(leafOf(token));
  }
  return root;
}

function assertJson(text: string): void {
  try {
    JSON.parse(text);
  } catch {
    throw new DecodeProblem('not JSON');
  }
}

function leafOf(token: JsonToken): PlainValue {
  if (token.type === 'string') return textOf(JSON.parse(token.text) as string);
  if (token.text === 'null') return NULL;
  if (token.text === 'true' || token.text === 'false') return booleanOf(token.text === 'true');
  return /^-?\d+$/.test(token.text) ? parseInteger(token.text) : floatOf(Number(token.text));
}
