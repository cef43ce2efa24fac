import { escapeBlock, escapeText, quoteBytes } from '../keys/printable.ts';
import { formatCount } from '../units/number.ts';
import { detectValue, type DetectedValue } from './detect.ts';
import type { Excerpt } from './excerpt.ts';
import { HEX_BYTES_PER_LINE, hexDump, hexDumpWidth } from './hex-dump.ts';
import { compactJson, prettyJson, readableJson } from './serialization/json.ts';

/** What a value's place can show. */
export interface ValueLook {
  /** Columns for the value; `undefined` where lines are never too long. */
  readonly width: number | undefined;
  readonly unicode: boolean;
}

/**
 * A value for people, over as many lines as it needs, safe to show: JSON indented, text as it is,
 * anything else as a hex dump. A cut value ends with a line that says so.
 */
export function renderValue(value: Excerpt, look: ValueLook): string {
  const shown = renderWhole(detectValue(value), look);
  if (!value.truncated) return shown;
  const note = `${ellipsis(look)} ${formatCount(value.bytes.length)} of ${formatCount(value.totalBytes)} bytes shown (--max-bytes)`;
  return shown === '' ? note : `${shown}\n${note}`;
}

function renderWhole(detected: DetectedValue, look: ValueLook): string {
  switch (detected.kind) {
    case 'json':
      return escapeBlock(readableJson(prettyJson(detected.text)));
    case 'integer':
    case 'text':
      return detected.text === '' ? '""' : escapeBlock(detected.text);
    case 'binary':
      return hexDumpFor(detected.bytes, look);
  }
}

/** A hex dump that fits into its place. */
export function hexDumpFor(bytes: Uint8Array, look: ValueLook): string {
  const narrow = look.width !== undefined && look.width < hexDumpWidth(HEX_BYTES_PER_LINE);
  return hexDump(bytes, narrow ? HEX_BYTES_PER_LINE / 2 : HEX_BYTES_PER_LINE);
}

/** A value for people on one line: a cell of a table. A cut value ends with an ellipsis. */
export function renderValueInline(value: Excerpt, look: Pick<ValueLook, 'unicode'>): string {
  const detected = detectValue(value);
  const mark = value.truncated ? ellipsis(look) : '';
  switch (detected.kind) {
    case 'json':
      return escapeText(readableJson(compactJson(detected.text)));
    case 'integer':
    case 'text':
      return detected.text === '' && mark === '' ? '""' : `${escapeText(detected.text)}${mark}`;
    case 'binary':
      return `${quoteBytes(detected.bytes)}${mark}`;
  }
}

function ellipsis(look: Pick<ValueLook, 'unicode'>): string {
  return look.unicode ? '…' : '...';
}
