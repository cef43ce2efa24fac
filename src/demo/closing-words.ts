import type { JsonDocument } from '../cli/command.ts';
import { wrapProse } from '../terminal/wrap.ts';

const NEXT: readonly { readonly line: string; readonly does: string }[] = [
  { line: 'cachectl demo --keep', does: 'and type commands of your own against it' },
  { line: 'cachectl config schema', does: 'what a cachectl.yaml of yours can say' },
  {
    line: "cachectl stats --assert 'hit_rate >= 80'",
    does: 'on your own Redis: --url redis://host:6379/0',
  },
];

/**
 * The end of the demo: what was gained, from the load test's own report, and what to try next.
 * @param width columns of the terminal; `Infinity` where there is none
 */
export function closingWords(loadtest: JsonDocument | undefined, width: number): string {
  const column = Math.max(...NEXT.map(({ line }) => line.length)) + 3;
  const beside = NEXT.map(({ line, does }) => `  ${line.padEnd(column)}# ${does}`);
  const fits = beside.every((line) => line.length <= width);
  return [
    wrapProse(gain(loadtest), width),
    'Try next:',
    ...(fits ? beside : NEXT.flatMap(({ line, does }) => [`  # ${does}`, `  ${line}`])),
  ].join('\n');
}

interface EndpointFigures {
  readonly without_cache?: { readonly p50_ms?: number };
  readonly with_cache?: { readonly p50_ms?: number } | null;
}

function gain(loadtest: JsonDocument | undefined): string {
  const endpoints = (loadtest?.['endpoints'] ?? []) as readonly EndpointFigures[];
  const pairs = endpoints.flatMap(({ without_cache: without, with_cache: cached }) =>
    without?.p50_ms !== undefined && cached?.p50_ms !== undefined
      ? [{ without: without.p50_ms, cached: cached.p50_ms }]
      : [],
  );
  if (pairs.length === 0) return 'Gained: nothing was measured.';
  const without = median(pairs.map((pair) => pair.without));
  const cached = median(pairs.map((pair) => pair.cached));
  return `Gained: the homepage's typical request takes ${without.toFixed(0)} ms without the cache and ${cached.toFixed(1)} ms with it.`;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
