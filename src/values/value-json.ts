import { decodeUtf8 } from '../keys/printable.ts';
import { detectValue } from './detect.ts';
import type { Excerpt } from './excerpt.ts';
import { parseLosslessly } from './serialization/json.ts';

/** A value in a JSON report: JSON embedded where nothing is lost by it, text, or exact as base64. */
export interface ValueJson {
  readonly encoding: 'json' | 'text' | 'base64';
  readonly data: unknown;
  readonly truncated: boolean;
  readonly total_bytes: number;
}

/** The JSON form of a value. `data` holds the shown part where `truncated` says that there is more. */
export function valueJson(value: Excerpt): ValueJson {
  const size = { truncated: value.truncated, total_bytes: value.totalBytes };
  const detected = detectValue(value);
  if (detected.kind === 'json') {
    const parsed = parseLosslessly(detected.text);
    if (parsed !== undefined) return { encoding: 'json', data: parsed.value, ...size };
  }
  const text = decodeUtf8(value.bytes);
  return text === undefined
    ? { encoding: 'base64', data: value.bytes.toString('base64'), ...size }
    : { encoding: 'text', data: text, ...size };
}
