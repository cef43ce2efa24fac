import { explanationFields } from '../keys/explanation-view.ts';
import { escapeText, printableKey } from '../keys/printable.ts';
import { renderFields } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import { countOf } from '../units/number.ts';
import type { Content, InspectedKey, KeyState } from './content.ts';
import { formatMoment } from './moment.ts';
import type { NamespaceVersion } from './namespace-versions.ts';
import type { Place } from './place.ts';
import { renderContent } from './view-content.ts';
import { isChanged, type Warmed } from './warmed.ts';

type Field = readonly [name: string, value: string];
type Existing = Extract<KeyState, { readonly exists: true }>;

/** The report for people: a block of fields for each key, an empty line between two keys. */
export function renderInspection(
  keys: readonly InspectedKey[],
  nowMs: number,
  terminal: TerminalInfo,
): string {
  return keys.map((key) => renderKey(key, nowMs, terminal)).join('\n\n');
}

function renderKey(key: InspectedKey, nowMs: number, terminal: TerminalInfo): string {
  const names: readonly Field[] = [
    ['key', terminal.style.bold(printableKey(key.logical))],
    ...(key.physical.equals(key.logical) ? [] : [['physical key', printableKey(key.physical)] as const]),
    ...(key.explanation === undefined ? [] : explanationFields(key.explanation)),
    ...key.namespaces.map((namespace) => ['namespace', namespaceText(namespace)] as const),
    ...placeFields(key.place),
    ['exists', key.state.exists ? terminal.style.good('yes') : terminal.style.warn('no')],
  ];
  if (!key.state.exists) return renderFields(names, terminal);
  const shown = renderContent(key.state.content, key.state.length, terminal);
  const block = shown.includes('\n') || key.state.content?.kind !== 'string';
  const about = formatFields(key.state.content, terminal.unicode ? ' → ' : ' -> ');
  const value: readonly Field[] = shown === '' ? [] : [['value', block ? '' : shown]];
  const fields = renderFields(
    [
      ...names,
      ...stateFields(key.state, nowMs),
      ...(key.tags.length === 0 ? [] : [['tags', key.tags.map(escapeText).join(', ')] as const]),
      ...(key.warmed === undefined ? [] : warmedFields(key.warmed, key.state, nowMs)),
      ...about,
      ...value,
    ],
    terminal,
  );
  return block && shown !== '' ? `${fields}\n${indent(shown)}` : fields;
}

/** Which version of a namespace a key carries, and whether anybody reads that one. */
function namespaceText({ name, version, current, isBeingFilled }: NamespaceVersion): string {
  const carried = `${escapeText(name)}, version ${version}`;
  if (current === undefined) return `${carried}; its counter cannot be read`;
  if (version === current) return `${carried}, which is the current one`;
  const state = isBeingFilled ? 'being filled' : version < current ? 'old' : 'not in use';
  return `${carried}, ${state}: the current one is ${current}`;
}

/** On a single server there is nothing to say. */
function placeFields(place: Place | undefined): readonly Field[] {
  if (place?.slot === undefined) return [];
  return [
    ['slot', String(place.slot)],
    ['node', escapeText(place.node)],
  ];
}

/** What `warm` has noted. */
function warmedFields(warmed: Warmed, state: Existing, nowMs: number): readonly Field[] {
  return [
    ['warmed from', escapeText(warmed.url)],
    ...optional('fetched', warmed.fetchedAt, (text) => fetchedText(text, nowMs)),
    ...optional('ETag', warmed.etag, escapeText),
    ...optional('modified', warmed.lastModified, escapeText),
    ...(isChanged(warmed, state) === true
      ? [['warning', 'something else has written the value since: it has another length'] as const]
      : []),
  ];
}

function fetchedText(text: string, nowMs: number): string {
  const atMs = Date.parse(text);
  if (Number.isNaN(atMs)) return escapeText(text);
  return `${formatMoment(atMs, nowMs)}, ${formatDurationMs(Math.max(0, nowMs - atMs))} ago`;
}

function stateFields(state: Existing, nowMs: number): readonly Field[] {
  return [
    ['type', escapeText(state.type)],
    ...optional('encoding', state.encoding, escapeText),
    ['TTL', ttlText(state, nowMs)],
    ...optional('length', state.length, (length) => lengthText(state.type, length)),
    ...optional('memory', state.memoryBytes, bytesText),
    ...optional('idle', state.idleSeconds, secondsText),
    ...optional('frequency', state.frequency, (frequency) => `${frequency} of 255`),
  ];
}

/** How a value was read, what its envelopes say, and what is wrong with it. */
function formatFields(content: Content | undefined, arrow: string): readonly Field[] {
  const decoded = content?.kind === 'string' ? content.value.decoded : undefined;
  if (decoded === undefined) return [];
  return [
    ['format', decoded.chain.length === 0 ? 'bytes' : decoded.chain.join(arrow)],
    ...decoded.facts.map(({ name, text }): Field => [name, escapeText(text)]),
    ...decoded.warnings.map((warning): Field => ['warning', escapeText(warning)]),
  ];
}

function optional<Value>(
  name: string,
  value: Value | undefined,
  render: (value: Value) => string,
): readonly Field[] {
  return value === undefined ? [] : [[name, render(value)]];
}

function ttlText(state: Existing, nowMs: number): string {
  if (state.ttlMs === undefined || state.expiresAtMs === undefined) return 'none, never expires';
  return `${secondsText(Math.round(state.ttlMs / 1_000))}, until ${formatMoment(state.expiresAtMs, nowMs)}`;
}

function lengthText(type: string, length: number): string {
  if (type === 'string') return bytesText(length);
  return type === 'stream'
    ? countOf(length, 'entry', 'entries')
    : countOf(length, type === 'hash' ? 'field' : 'item');
}

function bytesText(bytes: number): string {
  return bytes < 1_024 ? countOf(bytes, 'byte') : `${countOf(bytes, 'byte')} (${formatBytes(bytes)})`;
}

function secondsText(seconds: number): string {
  const exact = countOf(seconds, 'second');
  return seconds < 60 ? exact : `${exact} (${formatDurationMs(seconds * 1_000)})`;
}

/** Values stand further right than fields, so that a value with line feeds cannot pass for one. */
function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}
