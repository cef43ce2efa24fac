/** One place where two documents differ. */
export interface Difference {
  /** `items[0].price`; empty for the whole document. */
  readonly path: string;
  /** What is cached, as compact JSON or text, cut; `undefined` where there is nothing. */
  readonly cached: string | undefined;
  /** What the origin says. */
  readonly origin: string | undefined;
}

/** So much of a value is shown. */
const SHOWN = 80;

/** Where two JSON documents differ, at most so many places. The order of an object's names means nothing. */
export function diffJson(cached: unknown, origin: unknown, most: number): readonly Difference[] {
  const found: Difference[] = [];
  walk(cached, origin, '', found, most);
  return found;
}

function walk(cached: unknown, origin: unknown, path: string, found: Difference[], most: number): void {
  if (found.length >= most || Object.is(cached, origin)) return;
  if (Array.isArray(cached) && Array.isArray(origin)) {
    for (let index = 0; index < Math.max(cached.length, origin.length); index++) {
      walk(cached[index], origin[index], `${path}[${index}]`, found, most);
    }
  } else if (isRecord(cached) && isRecord(origin)) {
    for (const name of new Set([...Object.keys(cached), ...Object.keys(origin)])) {
      walk(own(cached, name), own(origin, name), path === '' ? name : `${path}.${name}`, found, most);
    }
  } else found.push({ path, cached: shown(cached), origin: shown(origin) });
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function own(record: Readonly<Record<string, unknown>>, name: string): unknown {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

function shown(value: unknown): string | undefined {
  return value === undefined ? undefined : cut(JSON.stringify(value));
}

/** The first line in which two texts differ. */
export function diffText(cached: string, origin: string): readonly Difference[] {
  const [left, right] = [cached.split('\n'), origin.split('\n')];
  const index = left.findIndex((line, at) => line !== right[at]);
  const line = index === -1 ? left.length : index;
  return [
    {
      path: `line ${line + 1}`,
      cached: around(left[line], right[line]),
      origin: around(right[line], left[line]),
    },
  ];
}

/** A long line from shortly before the place where it differs. */
function around(line: string | undefined, other: string | undefined): string | undefined {
  if (line === undefined) return undefined;
  let same = 0;
  while (same < line.length && line[same] === other?.[same]) same++;
  const start = Math.max(0, same - 20);
  return line.length <= SHOWN ? line : `${start > 0 ? '...' : ''}${cut(line.slice(start))}`;
}

/** Where two values of bytes begin to differ. */
export function diffBytes(cached: Buffer, origin: Buffer): readonly Difference[] {
  let at = 0;
  while (at < Math.min(cached.length, origin.length) && cached[at] === origin[at]) at++;
  const part = (bytes: Buffer): string =>
    `${bytes.length} bytes, ${bytes.subarray(at, at + 8).toString('hex')}`;
  return [{ path: `byte ${at}`, cached: part(cached), origin: part(origin) }];
}

function cut(text: string): string {
  return text.length <= SHOWN ? text : `${text.slice(0, SHOWN)}...`;
}
