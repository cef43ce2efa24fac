import { decodeUtf8 } from '../keys/printable.ts';
import { detectValue } from './detect.ts';
import type { Excerpt } from './excerpt.ts';
import type { DecodedContent } from './decoded-value.ts';
import type { ShownValue } from './shown-value.ts';
import { treeJson } from './tree-json.ts';
import { parseLosslessly } from './serialization/json.ts';

/**
 * A value in a JSON report: JSON embedded where nothing is lost by it, text, exact as base64, or a `tree` of
 * what a serialization holds, in the form that tree-json.ts documents.
 */
export interface ValueJson {
  readonly encoding: 'json' | 'text' | 'base64' | 'tree';
  readonly data: unknown;
  readonly truncated: boolean;
  /** Of the value as it is stored. */
  readonly total_bytes: number;
  /** How it was read, from the outside to the inside; only where it is not what it seems. */
  readonly chain?: readonly string[];
  /** What envelopes say of it: `expires`, `version`. */
  readonly envelope?: Readonly<Record<string, string>>;
  readonly warnings?: readonly string[];
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

/** The JSON form of a value that may have been decoded. */
export function shownJson(value: ShownValue): ValueJson {
  const { decoded, excerpt, maxBytes } = value;
  if (decoded === undefined) return valueJson(excerpt);
  return {
    ...contentJson(decoded.content, maxBytes),
    total_bytes: excerpt.totalBytes,
    chain: decoded.chain,
    ...(decoded.facts.length === 0
      ? {}
      : { envelope: Object.fromEntries(decoded.facts.map(({ name, text }) => [name, text])) }),
    ...(decoded.warnings.length === 0 ? {} : { warnings: decoded.warnings }),
  };
}

function contentJson(
  content: DecodedContent,
  maxBytes: number,
): Pick<ValueJson, 'encoding' | 'data' | 'truncated'> {
  switch (content.kind) {
    case 'tree':
      return { encoding: 'tree', ...treeJson(content.value, maxBytes) };
    case 'bytes': {
      const shown = content.bytes.subarray(0, maxBytes);
      return {
        encoding: 'base64',
        data: shown.toString('base64'),
        truncated: shown.length < content.bytes.length,
      };
    }
    case 'json': {
      const parsed = content.text.length <= maxBytes ? parseLosslessly(content.text) : undefined;
      if (parsed !== undefined) return { encoding: 'json', data: parsed.value, truncated: false };
      return textJson(content.text, maxBytes);
    }
    case 'integer':
    case 'text':
      return textJson(content.text, maxBytes);
  }
}

function textJson(text: string, most: number): Pick<ValueJson, 'encoding' | 'data' | 'truncated'> {
  return { encoding: 'text', data: text.slice(0, most), truncated: text.length > most };
}
