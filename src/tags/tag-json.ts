import { keyJson } from '../keys/printable.ts';

/** A tag in JSON, exact for any bytes. */
export function tagJson(tag: Buffer): { readonly tag: string } | { readonly tag_base64: string } {
  const json = keyJson(tag);
  return 'key' in json ? { tag: json.key } : { tag_base64: json.key_base64 };
}
