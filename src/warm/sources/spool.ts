import type { SourceRow, VariableSource, Variables } from './source.ts';

/** Bytes of one piece of a spool. */
const PIECE_BYTES = 1024 * 1024;
/** One byte for the encoding, four for the length. */
const HEADER_BYTES = 5;

/**
 * Records that are read once and can be walked again, as bytes in large pieces: a million short records take
 * some 30 MB, where as many JavaScript objects would take 200. Text comes back exactly, lone surrogates included.
 */
export class Spool {
  readonly #names: readonly string[];
  readonly #pieces: Buffer[] = [];
  #used = 0;
  /** All bytes of records so far. */
  bytes = 0;
  /** Records so far. */
  length = 0;

  /** @param names the variables of every record */
  constructor(names: readonly string[]) {
    this.#names = names;
  }

  /** Appends a record. */
  add(variables: Variables): void {
    for (const name of this.#names) this.#write(variables[name] ?? '');
    this.length++;
  }

  /** The records from a position on, as far as there are any now. */
  *read(): Generator<Variables, void, void> {
    let piece = 0;
    let position = 0;
    for (let index = 0; index < this.length; index++) {
      const variables: Record<string, string> = {};
      for (const name of this.#names) {
        let bytes = this.#pieces[piece];
        if (bytes === undefined) return;
        if (position + HEADER_BYTES > bytes.length || bytes[position] === END) {
          bytes = this.#pieces[++piece];
          position = 0;
        }
        if (bytes === undefined) return;
        const length = bytes.readUInt32LE(position + 1);
        const start = position + HEADER_BYTES;
        variables[name] =
          bytes[position] === WIDE
            ? bytes.toString('utf16le', start, start + length)
            : bytes.toString('latin1', start, start + length);
        position = start + length;
      }
      yield variables;
    }
  }

  #write(text: string): void {
    // eslint-disable-next-line no-control-regex -- everything that fits one byte
    const wide = /[^\u0000-\u00ff]/.test(text);
    const size = HEADER_BYTES + (wide ? text.length * 2 : text.length);
    let piece = this.#pieces.at(-1);
    if (piece === undefined || this.#used + size > piece.length) {
      if (piece !== undefined && this.#used < piece.length) piece[this.#used] = END;
      piece = Buffer.allocUnsafe(Math.max(PIECE_BYTES, size));
      this.#pieces.push(piece);
      this.#used = 0;
    }
    piece[this.#used] = wide ? WIDE : NARROW;
    piece.writeUInt32LE(size - HEADER_BYTES, this.#used + 1);
    piece.write(text, this.#used + HEADER_BYTES, wide ? 'utf16le' : 'latin1');
    this.#used += size;
    this.bytes += size;
  }
}

const NARROW = 0;
const WIDE = 1;
const END = 2;

/**
 * A source of what can be read only once, or at a cost: what a walk has read is kept for the next one, and
 * reading goes no further than somebody walks.
 * @param names the variables of every record
 * @param records read at most once; where they fail, every walk fails in the same place
 */
export function spooledSource(names: readonly string[], records: AsyncIterator<Variables>): VariableSource {
  const spool = new Spool(names);
  let end: { readonly failure: unknown } | 'complete' | undefined;
  return {
    async *rows(): AsyncIterable<SourceRow> {
      for (const variables of spool.read()) yield { variables };
      while (end === undefined) {
        try {
          const next = await records.next();
          if (next.done === true) end = 'complete';
          else {
            spool.add(next.value);
            yield { variables: next.value };
          }
        } catch (failure) {
          end = { failure };
        }
      }
      if (end !== 'complete') throw end.failure;
    },
  };
}

/** The names that `as` declares, in order. */
export function variableNames(
  as: string | readonly string[] | Readonly<Record<string, string>>,
): readonly string[] {
  if (typeof as === 'string') return [as];
  return Array.isArray(as) ? (as as readonly string[]) : Object.keys(as);
}
