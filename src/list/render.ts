import type { Layout } from '../keys/layout.ts';
import { decodeUtf8, escapeText, keyJson, printableKey } from '../keys/printable.ts';
import type { Fact, KeyFacts } from '../selection/facts.ts';
import { renderCsv } from '../terminal/csv.ts';
import { renderJson } from '../terminal/json.ts';
import { formatBytes } from '../units/bytes.ts';
import { formatDurationMs } from '../units/duration.ts';
import type { ListForm } from './options.ts';

/** How keys become bytes on stdout, piece by piece. Pure. */
export interface KeyRenderer {
  readonly head: () => string;
  /** Some keys, behind others or as the first. */
  readonly keys: (facts: readonly KeyFacts[], isFirst: boolean) => string | Buffer;
}

/** Widths of the columns in front of the key, which therefore can stay unpadded while the list streams. */
const COLUMNS: Readonly<Record<Fact, { readonly title: string; readonly width: number }>> = {
  type: { title: 'type', width: 6 },
  ttl: { title: 'ttl', width: 8 },
  idle: { title: 'idle', width: 8 },
  size: { title: 'size', width: 8 },
};

/** The renderer of a form. */
export function keyRenderer(form: ListForm, facts: readonly Fact[], layout: Layout): KeyRenderer {
  const logical = (physical: Buffer): Buffer => layout.toLogical(physical) ?? physical;
  switch (form) {
    case 'nul':
      return {
        head: () => '',
        keys: (keys) => Buffer.concat(keys.flatMap(({ key }) => [logical(key), Buffer.alloc(1)])),
      };
    case 'json':
      return {
        head: () => '',
        keys: (keys, isFirst) =>
          keys
            .map((key, index) => `${isFirst && index === 0 ? '' : ','}\n    ${renderJson(record(key))}`)
            .join(''),
      };
    case 'ndjson':
      return { head: () => '', keys: (keys) => keys.map((key) => `${renderJson(record(key))}\n`).join('') };
    case 'csv':
      return {
        head: () => `${renderCsv(['key', 'key_base64', ...facts.map((fact) => CSV_NAMES[fact])], [])}\n`,
        keys: (keys) => `${renderCsv([], keys.map(csvRow)).slice(1)}\n`,
      };
    case 'lines':
      return {
        head: () =>
          facts.length === 0
            ? ''
            : `${line(
                facts.map((fact) => COLUMNS[fact].title),
                'key',
              )}\n`,
        keys: (keys) =>
          keys
            .map(
              (key) =>
                `${line(
                  facts.map((fact) => cell(fact, key)),
                  printableKey(logical(key.key)),
                )}\n`,
            )
            .join(''),
      };
  }

  function line(cells: readonly string[], key: string): string {
    const padded = cells.map((text, index) => {
      const fact = facts[index];
      const width = fact === undefined ? 0 : COLUMNS[fact].width;
      return fact === 'type' ? text.padEnd(width) : text.padStart(width);
    });
    return [...padded, key].join('  ');
  }

  function record(known: KeyFacts): Readonly<Record<string, unknown>> {
    return {
      ...keyJson(logical(known.key)),
      ...Object.fromEntries(facts.map((fact) => [JSON_NAMES[fact], rawValue(fact, known)])),
    };
  }

  function csvRow(known: KeyFacts): (string | number | null)[] {
    const key = logical(known.key);
    const text = decodeUtf8(key);
    // What could move a cursor or end a line is exact only as base64.
    const plain = text !== undefined && escapeText(text) === text;
    return [
      plain ? text : null,
      plain ? null : key.toString('base64'),
      ...facts.map((fact) => rawValue(fact, known)),
    ];
  }
}

const JSON_NAMES: Readonly<Record<Fact, string>> = {
  type: 'type',
  ttl: 'ttl_seconds',
  idle: 'idle_seconds',
  size: 'size_bytes',
};
const CSV_NAMES = JSON_NAMES;

function rawValue(fact: Fact, { type, ttlMs, idleSeconds, sizeBytes }: KeyFacts): string | number | null {
  switch (fact) {
    case 'type':
      return type ?? null;
    case 'ttl':
      return ttlMs === undefined ? null : ttlMs / 1_000;
    case 'idle':
      return idleSeconds ?? null;
    case 'size':
      return sizeBytes ?? null;
  }
}

function cell(fact: Fact, { type, ttlMs, idleSeconds, sizeBytes }: KeyFacts): string {
  switch (fact) {
    case 'type':
      return escapeText(type ?? '');
    case 'ttl':
      return ttlMs === undefined ? 'none' : formatDurationMs(ttlMs);
    case 'idle':
      return idleSeconds === undefined
        ? ''
        : idleSeconds === 0
          ? '0 s'
          : formatDurationMs(idleSeconds * 1_000);
    case 'size':
      return sizeBytes === undefined ? '' : formatBytes(sizeBytes);
  }
}
