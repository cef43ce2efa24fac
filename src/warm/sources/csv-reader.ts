import { sourceFailure } from './failures.ts';

/** Fields longer than this come from a quote that is never closed. */
const LONGEST_FIELD = 1024 * 1024;

/**
 * Reads CSV (RFC 4180) from text in pieces, cut anywhere: fields in double quotes may hold commas, line
 * ends and doubled quotes; lines end with LF or CRLF; blank lines are none.
 */
export class CsvReader {
  #row: string[] = [];
  #field = '';
  #state: 'start' | 'plain' | 'quoted' | 'quote' = 'start';
  #line = 1;
  #rowLine = 1;

  /** The rows that are complete with this piece. */
  *push(text: string): Generator<readonly string[], void, void> {
    for (let position = 0; position < text.length; position++) {
      const character = text.charAt(position);
      if (this.#state === 'quoted') {
        const quote = text.indexOf('"', position);
        const end = quote === -1 ? text.length : quote;
        const part = text.slice(position, end);
        this.#field += part;
        this.#line += part.split('\n').length - 1;
        if (this.#field.length > LONGEST_FIELD) throw this.#failure('a field is longer than 1 MB');
        if (quote !== -1) this.#state = 'quote';
        position = end;
      } else if (character === '"' && this.#state === 'start') this.#state = 'quoted';
      else if (character === '"' && this.#state === 'quote') {
        this.#field += '"';
        this.#state = 'quoted';
      } else if (character === ',') this.#endField();
      else if (character === '\n') {
        const row = this.#endRow();
        this.#line++;
        if (row !== undefined) yield row;
      } else if (this.#state === 'quote') {
        if (character !== '\r') throw this.#failure('text follows a closing quote');
      } else {
        const next = text.slice(position).search(/[,\n]/);
        const end = next === -1 ? text.length : position + next;
        this.#field += text.slice(position, end);
        if (this.#field.length > LONGEST_FIELD) throw this.#failure('a field is longer than 1 MB');
        this.#state = 'plain';
        position = end - 1;
      }
    }
  }

  /** The last row, where no line end follows it; throws where a quote is still open. */
  end(): readonly string[] | undefined {
    if (this.#state === 'quoted') throw this.#failure('a quote is not closed');
    return this.#endRow();
  }

  /** The line on which the last row ended, from 1. */
  get line(): number {
    return this.#rowLine;
  }

  #endField(): void {
    this.#row.push(this.#field);
    this.#field = '';
    this.#state = 'start';
  }

  #endRow(): readonly string[] | undefined {
    this.#rowLine = this.#line;
    const isQuoted = this.#state === 'quote';
    if (!isQuoted && this.#field.endsWith('\r')) this.#field = this.#field.slice(0, -1);
    const isBlank = this.#row.length === 0 && this.#field === '' && !isQuoted;
    this.#endField();
    const row = this.#row;
    this.#row = [];
    return isBlank ? undefined : row;
  }

  #failure(what: string): Error {
    return sourceFailure(
      'source.csv',
      `${what}, on line ${this.#line} of the CSV`,
      'quotes are doubled inside quotes: "a ""b"""',
    );
  }
}
