import { decodeUtf8 } from '../keys/printable.ts';
import type { Layout } from '../keys/layout.ts';
import { sideKey } from '../warm/side-hash.ts';

/** Where the tags of a key stand; `undefined` where its logical key is none that could be written down. */
export function tagsPlace(physical: Buffer, layout: Layout): Buffer | undefined {
  const logical = layout.toLogical(physical);
  const text = logical === undefined ? undefined : decodeUtf8(logical);
  return text === undefined ? undefined : sideKey(text, layout);
}
