import { escapeText } from '../keys/printable.ts';
import { formatBytes } from '../units/bytes.ts';
import { countOf, formatCount } from '../units/number.ts';
import type { Breakdown, Share } from './breakdown.ts';

const MOST_SHOWN = 8;

/** What a set of keys is made of, one line for each way of looking at it; nothing for an empty set. */
export function renderBreakdown(breakdown: Breakdown, matched: number): readonly string[] {
  if (matched === 0) return [];
  const { segments, types, lives, lookedAt, lookedAtBytes } = breakdown;
  const part = lookedAt < matched ? ` (of ${countOf(lookedAt, 'key')} looked at)` : '';
  const line = (name: string, shares: readonly Share[], note = ''): readonly string[] =>
    shares.length === 0 ? [] : [`${name}: ${list(shares)}${note}`];
  return [
    ...line('by first segment', segments),
    ...line('by type', types, part),
    ...line('by life', lives, part),
    ...(lookedAt === 0 ? [] : [`memory: about ${formatBytes((lookedAtBytes / lookedAt) * matched)}`]),
  ];
}

function list(shares: readonly Share[]): string {
  const shown = shares.slice(0, MOST_SHOWN);
  const rest = shares.slice(MOST_SHOWN);
  const more = rest.reduce((sum, { keys }) => sum + keys, 0);
  return [
    ...shown.map(({ name, keys }) => `${escapeText(name)} ${formatCount(keys)}`),
    ...(rest.length === 0 ? [] : [`${formatCount(rest.length)} more ${formatCount(more)}`]),
  ].join(', ');
}

/** The same for JSON. */
export function breakdownJson(breakdown: Breakdown, matched: number): Readonly<Record<string, unknown>> {
  const { segments, types, lives, lookedAt, lookedAtBytes } = breakdown;
  return {
    segments: segments.map(({ name, keys }) => ({ segment: name, keys })),
    types: types.map(({ name, keys }) => ({ type: name, keys })),
    lives: lives.map(({ name, keys }) => ({ life: name, keys })),
    looked_at: lookedAt,
    memory_bytes_estimate: lookedAt === 0 ? null : Math.round((lookedAtBytes / lookedAt) * matched),
  };
}
