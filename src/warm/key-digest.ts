import { hash } from 'node:crypto';

/** 64 bits of a key's digest as four numbers, the first three of them never all 0; the next call overwrites them. */
export type KeyDigest = (key: Buffer) => Uint16Array;

const numbers = new Uint16Array(4);

/** Of SHA-1: keys that somebody chose must not agree more often than others. */
export const keyDigest: KeyDigest = (key) => {
  // As text of one character a byte: to make a Buffer of it takes twice as long as the digest.
  const digest = hash('sha1', key, 'binary');
  for (let i = 0; i < 4; i++) numbers[i] = digest.charCodeAt(2 * i) * 256 + digest.charCodeAt(2 * i + 1);
  if (numbers[0] === 0 && numbers[1] === 0 && numbers[2] === 0) numbers[2] = 1;
  return numbers;
};
