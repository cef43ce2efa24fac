import { printableKey, escapeText } from '../../keys/printable.ts';
import { truncate } from '../../terminal/width.ts';
import type { TerminalInfo } from '../../terminal/terminal-info.ts';
import { formatBytes } from '../../units/bytes.ts';
import { formatDurationMs } from '../../units/duration.ts';
import { countOf } from '../../units/number.ts';
import type { InspectedKey } from '../content.ts';
import { formatDateTime } from '../moment.ts';
import { keyDocument } from '../view-json.ts';
import { renderInspection } from '../view-text.ts';
import type { Change, KeyChange } from './changes.ts';

/** What is on the screen of a watch. */
export interface WatchScreen {
  readonly keys: readonly InspectedKey[];
  /** The oldest first. */
  readonly history: readonly KeyChange[];
  /** How changes are noticed: `every 1 s`. */
  readonly manner: string;
  readonly nowMs: number;
}

/** So many of the last changes are shown, fewer on a low screen. */
const MOST_SHOWN = 8;

/** The keys as they are, with the last changes below them; never more lines than there are rows. */
export function renderScreen(screen: WatchScreen, terminal: TerminalInfo, rows: number): string {
  const { keys, history, manner, nowMs } = screen;
  const head = terminal.style.dim(
    truncate(
      `${countOf(keys.length, 'key')} watched ${manner}   ${formatDateTime(nowMs)}`,
      terminal.width,
      terminal.unicode,
    ),
  );
  const shown = Math.max(1, Math.min(MOST_SHOWN, Math.floor(rows / 3)));
  const log = history
    .slice(-shown)
    .map((change) => truncate(changeLine(change, keys.length > 1), terminal.width, terminal.unicode));
  const room = Math.max(1, rows - 3 - log.length);
  const body = renderInspection(aged(keys, nowMs), nowMs, terminal).split('\n');
  const ellipsis = terminal.style.dim(terminal.unicode ? '…' : '...');
  const fitting = body.length <= room ? body : [...body.slice(0, room - 1), ellipsis];
  return [head, '', ...fitting, '', ...log].join('\n');
}

/** Keys with the life that is left to them by now: it need not be asked for. */
export function aged(keys: readonly InspectedKey[], nowMs: number): readonly InspectedKey[] {
  return keys.map((key) => {
    const { state } = key;
    if (!state.exists) return key;
    const { content } = state;
    const aging =
      content?.kind === 'hash'
        ? { ...content, items: content.items.map((item) => ({ ...item, ttlMs: lifeLeft(item, nowMs) })) }
        : content;
    // Looking at a value is a use of it: how long it has been idle says only when it was looked at.
    return {
      ...key,
      state: { ...state, content: aging, ttlMs: lifeLeft(state, nowMs), idleSeconds: undefined },
    };
  });
}

function lifeLeft(
  { expiresAtMs }: { readonly expiresAtMs: number | undefined },
  nowMs: number,
): number | undefined {
  return expiresAtMs === undefined ? undefined : Math.max(0, expiresAtMs - nowMs);
}

/** A change for a pipe or a log: a line, with the date. */
export function changeLine(change: KeyChange, withKey = true): string {
  const { atMs, key, changes, events } = change;
  const announced = events.length === 0 ? '' : ` (${[...new Set(events)].map(escapeText).join(', ')})`;
  const name = withKey ? `${printableKey(key.logical)}  ` : '';
  return `${formatDateTime(atMs)}  ${name}${wordsOf(changes, key)}${announced}`;
}

const WORDS: Readonly<Record<Change, string>> = {
  seen: 'is there',
  created: 'created',
  removed: 'removed',
  expired: 'expired',
  type: 'another type',
  value: 'new value',
  ttl: 'new TTL',
  warmed: 'warmed',
  version: 'another version is current',
};

function wordsOf(changes: readonly Change[], { state }: InspectedKey): string {
  if (!state.exists)
    return changes.includes('seen') ? 'is not there' : changes.map((change) => WORDS[change]).join();
  const length =
    state.length === undefined
      ? ''
      : state.type === 'string'
        ? `, ${formatBytes(state.length)}`
        : `, ${countOf(state.length, 'item')}`;
  const life = state.ttlMs === undefined ? 'no TTL' : `TTL ${formatDurationMs(state.ttlMs)}`;
  return `${changes.map((change) => WORDS[change]).join(', ')}: ${escapeText(state.type)}${length}, ${life}`;
}

/** A change as a record of ndjson: everything that `inspect --json` has of the key, and what happened. */
export function changeJson({ atMs, key, changes, events }: KeyChange): unknown {
  return { at: new Date(atMs).toISOString(), changes, events, ...keyDocument(key) };
}
