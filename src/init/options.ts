import type { Input } from '../cli/input.ts';
import { UsageError } from '../cli/errors.ts';
import { refuseIdle } from '../cli/idle-flags.ts';
import { RESERVED_SCOPE } from '../config/spec.ts';
import { toPath, type FirstScope } from './first-scope.ts';

/** What the flags say; `undefined` is asked for, or left at its default. */
export interface InitOptions {
  readonly originUrl: string | undefined;
  readonly scope: FirstScope | undefined;
  readonly scopeName: string;
  readonly limit: number;
  readonly mode: 'store' | 'touch' | undefined;
  readonly layoutText: string | undefined;
  readonly force: boolean;
  readonly check: boolean;
  readonly schema: boolean;
}

/** @throws UsageError where a value does not fit, or two flags name the first scope */
export function parseInit(input: Input): InitOptions {
  const sources = ['path', 'sitemap', 'access-log'].filter((name) => input.has(name));
  if (sources.length > 1) {
    throw new UsageError(
      `${sources.map((name) => `--${name}`).join(' and ')} contradict each other: each says what the first scope is`,
    );
  }
  if (input.has('path'))
    refuseIdle(input, ['limit'], 'is about a sitemap or a log: of --path, every one is a target');
  const scopeName = input.text('scope-name') ?? 'pages';
  if (scopeName === RESERVED_SCOPE)
    throw new UsageError(`no scope can be called ${RESERVED_SCOPE}: it means all of them`);
  if (!/^[^\s,]+$/.test(scopeName)) {
    throw new UsageError(`--scope-name takes a name without blanks and commas, not "${scopeName}"`);
  }
  return {
    originUrl: input.text('origin'),
    scope: scopeOf(input),
    scopeName,
    limit: input.wholeNumber('limit', { min: 1 }) ?? 100,
    mode: input.choice('mode', ['store', 'touch'] as const),
    layoutText: input.text('layout'),
    force: input.on('force'),
    check: !input.on('no-check'),
    schema: !input.on('no-schema'),
  };
}

function scopeOf(input: Input): FirstScope | undefined {
  const sitemap = input.text('sitemap');
  if (sitemap !== undefined) return { from: 'sitemap', path: toPath(sitemap) };
  const file = input.text('access-log');
  if (file !== undefined) return { from: 'access-log', file };
  const paths = input.texts('path');
  return paths.length === 0 ? undefined : { from: 'paths', paths: [...new Set(paths.map(toPath))] };
}
