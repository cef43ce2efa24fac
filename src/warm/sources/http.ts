import type { JSONValue } from '@jmespath-community/jmespath';
import { CachectlError, UsageError } from '../../cli/errors.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import type { ForeachSpec } from '../../config/spec.ts';
import { decodeUtf8, escapeText } from '../../keys/printable.ts';
import type { OriginResponse } from '../../origin/types.ts';
import { refusalOf } from '../check-answer.ts';
import { listSource } from './inline.ts';
import type { VariableSource } from './source.ts';

/** `foreach: { from: http }`. */
export type HttpForeach = Extract<ForeachSpec, { from: 'http' }>;

/** Asks the origin for a path, retries included. */
export type AskOrigin = (path: string) => Promise<OriginResponse>;

/**
 * Asks the origin for the values.
 * @throws CachectlError `origin.*` where there is no answer, `source.*` where there are no values in it
 */
export async function openHttpSource(foreach: HttpForeach, ask: AskOrigin): Promise<VariableSource> {
  const response = await ask(foreach.path);
  const refusal = refusalOf(response);
  if (refusal !== undefined) throw refusal;
  const selected = await select(parseJson(response.body), foreach.select);
  return listSource(readValues(selected, foreach.select), foreach.as);
}

/**
 * Checks the syntax of a `select`.
 * @param place `file:line` of its entry
 * @throws UsageError
 */
export async function checkSelect(expression: string, place: string): Promise<void> {
  const { compile } = await import('@jmespath-community/jmespath');
  try {
    compile(expression);
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw new UsageError(`${place}: select is not a JMESPath expression: ${escapeText(cause)}`, {
      code: 'config.invalid',
      hint: 'an expression is like results[*].id; see https://jmespath.org',
    });
  }
}

function sourceFailure(code: string, message: string, hint: string, cause?: unknown): CachectlError {
  return new CachectlError(message, { code, exitCode: ExitCode.partial, hint, cause });
}

function parseJson(body: Buffer): JSONValue {
  const text = decodeUtf8(body);
  try {
    if (text !== undefined) return JSON.parse(text.replace(/^\ufeff/, '')) as JSONValue;
  } catch {
    // JSON.parse's own message quotes the answer, which is untrusted and says nothing more.
  }
  throw sourceFailure(
    'source.json',
    'the source did not answer with JSON',
    'foreach from http reads a JSON answer',
  );
}

async function select(document: JSONValue, expression: string): Promise<unknown> {
  const { search } = await import('@jmespath-community/jmespath');
  try {
    return search(document, expression);
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

function readValues(selected: unknown, expression: string): readonly string[] {
  if (selected === null || selected === undefined) {
    throw sourceFailure(
      'source.select',
      `select ${quoted(expression)} finds nothing in the answer of the source`,
      'compare it with the answer: names are case-sensitive, and a list is walked with [*]',
    );
  }
  return (Array.isArray(selected) ? selected : [selected]).map((value: unknown) =>
    readValue(value, expression),
  );
}

function readValue(value: unknown, expression: string): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'boolean':
      return String(value);
    case 'number':
      // JSON.parse has rounded it already: another record would be asked for.
      if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
        throw sourceFailure(
          'source.number',
          `select ${quoted(expression)} gives a number of more than 15 digits, which cannot be read exactly`,
          'let the origin give such ids as strings',
        );
      }
      return String(value);
    default:
      if (value === null) return '';
      throw sourceFailure(
        'source.select',
        `select ${quoted(expression)} gives ${Array.isArray(value) ? 'lists' : 'objects'}, and a variable takes text or a number`,
        'name one field: results[*].id',
      );
  }
}

function quoted(expression: string): string {
  return `"${escapeText(expression)}"`;
}
