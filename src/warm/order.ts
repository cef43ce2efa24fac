import type { ScopeSpec } from '../config/spec.ts';

/**
 * Scopes and their entries in the order in which they are warmed: higher `priority` first, otherwise as they
 * came, and never a scope before one that it depends on. A dependency that was not chosen is not added: what
 * is named is what is warmed.
 * @param scopes without cycles, as the spec file's check makes sure
 */
export function orderScopes(scopes: readonly ScopeSpec[]): readonly ScopeSpec[] {
  const byName = new Map(scopes.map((scope) => [scope.name, scope]));
  const ordered = new Set<ScopeSpec>();
  const add = (scope: ScopeSpec): void => {
    if (ordered.has(scope)) return;
    const dependencies = (scope.dependsOn ?? []).flatMap((name) => byName.get(name) ?? []);
    for (const dependency of byPriority(dependencies)) add(dependency);
    ordered.add(scope);
  };
  for (const scope of byPriority(scopes)) add(scope);
  return Array.from(ordered, (scope) => ({ ...scope, entries: byPriority(scope.entries) }));
}

/**
 * Cuts ordered scopes into waves: a scope that depends on one of the wave before it begins a new wave, which
 * waits until that one has ended. Without dependencies there is one wave.
 */
export function splitIntoWaves<Open extends { readonly scope: ScopeSpec }>(
  ordered: readonly Open[],
): readonly (readonly Open[])[] {
  const waves: Open[][] = [];
  for (const open of ordered) {
    const wave = waves.at(-1);
    const waits = wave?.some(({ scope }) => open.scope.dependsOn?.includes(scope.name) === true);
    if (wave === undefined || waits === true) waves.push([open]);
    else wave.push(open);
  }
  return waves;
}

function byPriority<Item extends { readonly priority?: number }>(items: readonly Item[]): readonly Item[] {
  return [...items].sort((a, b) => (b.priority ?? 0) - (a.priority ?? 0));
}
