import { decodeUtf8, escapeText } from '../../keys/printable.ts';
import { sourceFailure } from './failures.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
/** A longer line is no record, and must not fill the memory. */
export const LONGEST_LINE_BYTES = 1024 * 1024;

/**
 * The lines of a stream of bytes as text, without their ends, byte order mark and blank ones.
 * @param shown how messages call the file
 * @throws CachectlError `source.text` for bytes that are not UTF-8, and lines over 1 MB
 */
export async function* textLines(
  pieces: AsyncIterable<Buffer>,
  shown: string,
): AsyncGenerator<string, void, void> {
  let number = 0;
  let rest: Buffer | undefined;
  for await (const piece of pieces) {
    const bytes: Buffer = rest === undefined ? piece : Buffer.concat([rest, piece]);
    let start = 0;
    for (let end = bytes.indexOf(LINE_FEED); end !== -1; end = bytes.indexOf(LINE_FEED, start)) {
      const line = decodeLine(bytes, start, end, ++number, shown);
      start = end + 1;
      if (line.trim() !== '') yield line;
    }
    // A copy: the piece belongs to the reader again.
    rest = start < bytes.length ? Buffer.from(bytes.subarray(start)) : undefined;
    if (rest !== undefined && rest.length > LONGEST_LINE_BYTES) throw tooLong(shown, number + 1);
  }
  if (rest === undefined) return;
  const line = decodeLine(rest, 0, rest.length, number + 1, shown);
  if (line.trim() !== '') yield line;
}

function decodeLine(bytes: Buffer, start: number, end: number, number: number, shown: string): string {
  const last = end > start && bytes[end - 1] === CARRIAGE_RETURN ? end - 1 : end;
  if (last - start > LONGEST_LINE_BYTES) throw tooLong(shown, number);
  const text = bytes.toString('utf8', start, last);
  // The replacement character stands for bytes that are no UTF-8, or for itself: rare enough to look twice.
  if (text.includes('\ufffd') && decodeUtf8(bytes.subarray(start, last)) === undefined) {
    throw sourceFailure(
      'source.text',
      `line ${number} of ${escapeText(shown)} is not text in UTF-8`,
      'convert the file, for example with iconv',
    );
  }
  return number === 1 ? text.replace(/^\ufeff/, '') : text;
}

function tooLong(shown: string, number: number): Error {
  return sourceFailure(
    'source.text',
    `line ${number} of ${escapeText(shown)} is longer than 1 MB`,
    'say `format` where this is no list of lines',
  );
}
