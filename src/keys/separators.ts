/** What parts the segments of keys, where nothing else is said. */
export const SEPARATORS: Uint8Array = Buffer.from(':/|.');
