import type { QueryRule } from '../../config/foreach.ts';

/**
 * A request target with its query changed by a rule: `drop` cuts it off, `sort` orders its parameters by
 * name, a list keeps only those names, in the order of the list. Values stay as they were sent.
 * @param target its bytes as Latin-1, so that they come out as they went in
 */
export function applyQueryRule(target: string, rule: QueryRule): string {
  const mark = target.indexOf('?');
  if (mark === -1 || rule === 'keep') return target;
  const path = target.slice(0, mark);
  if (rule === 'drop') return path;
  const parameters = target
    .slice(mark + 1)
    .split('&')
    .filter((part) => part !== '')
    .map((part) => [part.split('=', 1)[0] ?? '', part] as const);
  const kept =
    rule === 'sort'
      ? [...parameters].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
      : rule.flatMap((name) => parameters.filter(([own]) => isNamed(own, name)));
  return kept.length === 0 ? path : `${path}?${kept.map(([, part]) => part).join('&')}`;
}

/** Whether an application reads this name, sent encoded or not. */
function isNamed(own: string, name: string): boolean {
  const text = Buffer.from(own, 'latin1').toString('utf8');
  return text === name || decoded(text) === name;
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '));
  } catch {
    return name;
  }
}
