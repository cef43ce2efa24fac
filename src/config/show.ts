import type { LoadedSpec } from './loaded.ts';
import { MASK, redactUrl, visibilityAt } from './redact.ts';
import { nodeAt, scalars, type ScalarNode, type SourcePath } from './source-tree.ts';
import { DEFAULT_REDIS_URL } from './spec.ts';

/** One effective setting of the spec file, for `config show`. Holds no secret. */
export interface EffectiveSetting {
  /** As in the file: `connections.default.url`, `scopes.users.entries[0].key`. */
  readonly key: string;
  /** As written, variables filled in; `null` where a required variable has no value, or nothing is set. */
  readonly value: string | number | boolean | null;
  /** `file cachectl.yaml:3`, `environment REDIS_URL, file cachectl.yaml:3` or `default`. */
  readonly source: string;
}

/** What holds where the file is silent, in the file's own notation. */
const DEFAULT_SETTINGS: readonly (readonly [path: SourcePath, value: EffectiveSetting['value']])[] = [
  [['connections', 'default', 'url'], DEFAULT_REDIS_URL],
  [['layout', 'type'], 'plain'],
  [['layout', 'prefix'], ''],
  [['defaults', 'ttl'], '5m'],
  [['defaults', 'ttl_jitter'], '0%'],
  [['defaults', 'concurrency'], 16],
  [['defaults', 'timeout'], '10s'],
  [['defaults', 'retries'], 2],
  // Nothing limits these where the file is silent.
  [['defaults', 'rate'], null],
  [['defaults', 'concurrency_per_host'], null],
  [['defaults', 'adaptive'], false],
  [['defaults', 'connect_timeout'], null],
  [['defaults', 'headers_timeout'], null],
  [['defaults', 'body_timeout'], null],
];

/**
 * Every leaf of the spec file in its order, then the product's defaults for what it does not say.
 * Flags and `CACHECTL_*` variables are the caller's to add.
 */
export function effectiveSettings(loaded: LoadedSpec | undefined): readonly EffectiveSetting[] {
  const fromFile = loaded
    ? [...scalars(loaded.root)].map(([path, scalar]) => fileSetting(loaded.path, path, scalar))
    : [];
  // A layout that the file names has settings of its own.
  const silent = (path: SourcePath): boolean =>
    nodeAt(loaded?.root, path[0] === 'layout' ? ['layout'] : path) === undefined;
  const fromProduct = [...DEFAULT_SETTINGS, ...namespaceDefaults(loaded)]
    .filter(([path]) => silent(path))
    .map(([path, value]): EffectiveSetting => ({ key: settingKey(path), value, source: 'default' }));
  return [...fromFile, ...fromProduct];
}

function namespaceDefaults(
  loaded: LoadedSpec | undefined,
): readonly (readonly [path: SourcePath, value: string | number])[] {
  return Object.values(loaded?.spec.namespaces ?? {}).flatMap(({ name, versionKey, key, initial }) => [
    [['namespaces', name, 'version_key'], versionKey] as const,
    ...(key === undefined ? [] : [[['namespaces', name, 'key'], key] as const]),
    [['namespaces', name, 'initial'], initial] as const,
  ]);
}

function fileSetting(file: string, path: SourcePath, scalar: ScalarNode): EffectiveSetting {
  const place = `file ${file}:${scalar.line}`;
  const variables = scalar.variables.length === 0 ? '' : `environment ${scalar.variables.join(', ')}, `;
  return { key: settingKey(path), value: shownValue(path, scalar), source: variables + place };
}

function shownValue(path: SourcePath, scalar: ScalarNode): EffectiveSetting['value'] {
  if (scalar.unresolved) return null;
  if (scalar.value === '' || scalar.value === null) return scalar.value;
  if (visibilityAt(path) === 'hidden') return MASK;
  return typeof scalar.value === 'string' ? redactUrl(scalar.value) : scalar.value;
}

/** Dots between names, brackets around positions and around names that hold dots or brackets. */
function settingKey(path: SourcePath): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (/[.[\]"\s]/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
