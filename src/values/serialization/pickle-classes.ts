import type { DecodeBudget } from '../decode-budget.ts';
import {
  bytesNode,
  growingList,
  growingMap,
  growingObject,
  type Entry,
  type ListType,
  type PlainValue,
} from '../plain-value.ts';
import { complexText, pythonMoment } from './python-moments.ts';

/** Modules that Python 3 has under another name than the pickles of protocols 0 to 2. */
const MODULES: Readonly<Record<string, string>> = { __builtin__: 'builtins', copy_reg: 'copyreg' };

/** The full name of a class, as Python 3 has it. */
export function className(module: string, name: string): string {
  return `${Object.hasOwn(MODULES, module) ? (MODULES[module] ?? module) : module}.${name}`;
}

/**
 * What calling a class would give, as data. Nothing is called: a few classes of the standard library and
 * Django are known by name and become the values that they stand for; the rest is an object with arguments.
 */
export function instanceOf(
  callable: PlainValue,
  args: readonly PlainValue[],
  budget: DecodeBudget,
): PlainValue {
  if (callable.kind !== 'class') return growingObject('(called)', [callable, ...args.slice(0, 100)]);
  return known(callable.name, args, budget) ?? growingObject(callable.name, args);
}

const TEXT_CLASSES = new Set([
  'django.utils.safestring.SafeString',
  'django.utils.safestring.SafeText',
  'django.utils.safestring.SafeUnicode',
  'markupsafe.Markup',
  'jinja2.utils.Markup',
]);

const COLLECTIONS: ReadonlyMap<string, ListType> = new Map([
  ['builtins.set', 'set'],
  ['builtins.frozenset', 'frozenset'],
  ['builtins.list', 'list'],
  ['builtins.tuple', 'tuple'],
]);

function known(name: string, args: readonly PlainValue[], budget: DecodeBudget): PlainValue | undefined {
  const [first, second] = args;
  const moment = name.startsWith('datetime.') ? pythonMoment(name, args) : undefined;
  if (moment !== undefined) return moment;
  const collection = COLLECTIONS.get(name);
  if (collection !== undefined && args.length <= 1) return collectionOf(collection, first, budget);
  if (TEXT_CLASSES.has(name) && first?.kind === 'text') {
    return { kind: 'text', text: first.text, className: name };
  }
  switch (name) {
    case 'decimal.Decimal':
    case 'cdecimal.Decimal':
    case '_decimal.Decimal':
      return first?.kind === 'text' ? { kind: 'decimal', text: first.text } : undefined;
    case 'builtins.bytes':
    case 'builtins.bytearray':
    case '_codecs.encode':
      return latin1Bytes(first, second, budget);
    case 'builtins.complex': {
      const text = complexText(args);
      return text === undefined ? undefined : { kind: 'text', text, className: name };
    }
    case 'builtins.getattr':
      // Protocols before 4 name a class inside a class in this way.
      return first?.kind === 'class' && second?.kind === 'text'
        ? { kind: 'class', name: `${first.name}.${second.text}` }
        : undefined;
    case 'collections.OrderedDict':
    case 'builtins.dict':
      return args.length <= 1 ? dictOf(first, budget) : undefined;
    case 'copyreg._reconstructor':
      return reconstructed(args, budget);
    case 'copyreg.__newobj__':
    case 'copyreg.__newobj_ex__':
      return first === undefined ? undefined : instanceOf(first, args.slice(1, 1_000), budget);
    default:
      return undefined;
  }
}

/** `copyreg._reconstructor(class, base, state)`: protocols 0 and 1 make every instance with it. */
function reconstructed(args: readonly PlainValue[], budget: DecodeBudget): PlainValue | undefined {
  const [own, base, state] = args;
  if (own?.kind !== 'class' || base?.kind !== 'class' || state === undefined) return undefined;
  return base.name === 'builtins.object' ? growingObject(own.name) : instanceOf(own, [state], budget);
}

function collectionOf(
  type: ListType,
  from: PlainValue | undefined,
  budget: DecodeBudget,
): PlainValue | undefined {
  const list = growingList(type);
  if (from === undefined) return list;
  if (from.kind !== 'list') return undefined;
  for (const item of from.items) {
    budget.node();
    list.items.push(item);
  }
  return list;
}

function dictOf(from: PlainValue | undefined, budget: DecodeBudget): PlainValue | undefined {
  const map = growingMap();
  if (from === undefined) return map;
  if (from.kind !== 'list' && from.kind !== 'map') return undefined;
  const pairs = from.kind === 'map' ? from.entries : from.items.map(pairOf);
  for (const pair of pairs) {
    budget.node();
    if (pair === undefined) return undefined;
    map.entries.push(pair);
  }
  return map;
}

function pairOf(value: PlainValue): Entry | undefined {
  if (value.kind !== 'list') return undefined;
  const [key, item] = value.items;
  return key === undefined || item === undefined ? undefined : [key, item];
}

/** Bytes in pickles before protocol 3: text with one character a byte. */
function latin1Bytes(
  from: PlainValue | undefined,
  encoding: PlainValue | undefined,
  budget: DecodeBudget,
): PlainValue | undefined {
  if (from === undefined) return bytesNode(Buffer.alloc(0));
  if (from.kind === 'bytes') return from;
  if (from.kind !== 'text' || encoding?.kind !== 'text' || !/^latin-?1$/.test(encoding.text))
    return undefined;
  budget.work(from.text.length * 2);
  return bytesNode(Buffer.from(from.text, 'latin1'));
}
