import { decodeUtf8, escapeText } from '../../keys/printable.ts';
import { compileExpression } from '../../text/expression.ts';
import { quoted, sourceFailure } from './failures.ts';

/**
 * Reads JSON bytes; a byte order mark is no part of them.
 * @param where the bytes come from, for messages: `the answer of the source`
 * @throws CachectlError `source.json`
 */
export function parseJson(bytes: Uint8Array, where: 'source' | 'file'): unknown {
  const text = decodeUtf8(bytes);
  try {
    if (text !== undefined) return JSON.parse(text.replace(/^\ufeff/, ''));
  } catch {
    // JSON.parse's own message quotes the text, which is untrusted and says nothing more.
  }
  throw where === 'source'
    ? sourceFailure(
        'source.json',
        'the source did not answer with JSON',
        'foreach from http reads a JSON answer',
      )
    : sourceFailure('source.json', 'the file is not JSON', 'say `format` where it is something else');
}

/** The records that an expression finds in a document. */
export type SelectRecords = (document: unknown) => readonly unknown[];

/**
 * Prepares a `select`.
 * @returns a function that throws CachectlError `source.select` where the expression fails or finds nothing
 */
export async function createSelect(expression: string, where: string): Promise<SelectRecords> {
  const select = await compileExpression(expression);
  return (document) => {
    const selected = search(() => select(document), expression);
    if (selected === null || selected === undefined) {
      throw sourceFailure(
        'source.select',
        `select ${quoted(expression)} finds nothing in ${where}`,
        'compare it with the answer: names are case-sensitive, and a list is walked with [*]',
      );
    }
    // `$.results` gives a list of one list: the records are inside.
    const [only] = Array.isArray(selected) && selected.length === 1 ? (selected as readonly unknown[]) : [];
    if (expression.trimStart().startsWith('$') && Array.isArray(only)) return only as readonly unknown[];
    return Array.isArray(selected) ? (selected as readonly unknown[]) : [selected];
  };
}

function search(run: () => unknown, expression: string): unknown {
  try {
    return run();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw sourceFailure(
      'source.select',
      `select ${quoted(expression)} failed: ${escapeText(cause)}`,
      'compare it with the answer',
      error,
    );
  }
}
