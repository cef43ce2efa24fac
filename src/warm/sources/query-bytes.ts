import type { QueryRule } from '../../config/foreach.ts';

const AND = 0x26;
const EQUALS = 0x3d;
const PERCENT = 0x25;
const PLUS = 0x2b;
const QUESTION = 0x3f;
/** More parameters, or a longer path, are rare enough for the slow way. */
const MOST_PARAMETERS = 32;
const LONGEST_BYTES = 8_192;

/**
 * `query: sort` and lists of names as {@link applyQueryRule} has them, on bytes: neither a string nor an object
 * for a request. A list of names does not look into encoded ones: those requests take the slow way.
 */
export class QueryBytes {
  /** The path as the rule leaves it, where {@link apply} gave a length. */
  readonly result = Buffer.allocUnsafe(LONGEST_BYTES);
  /** The list's names; `undefined` for `sort`. */
  readonly #names: readonly Buffer[] | undefined;
  /** Start, end of the name and end of each parameter. */
  readonly #starts = new Int32Array(MOST_PARAMETERS);
  readonly #nameEnds = new Int32Array(MOST_PARAMETERS);
  readonly #ends = new Int32Array(MOST_PARAMETERS);
  #count = 0;

  constructor(rule: Exclude<QueryRule, 'keep' | 'drop'>) {
    this.#names = rule === 'sort' ? undefined : rule.map((name) => Buffer.from(name, 'utf8'));
  }

  /**
   * Applies the rule to a path with a query.
   * @param mark where its `?` is
   * @returns how many bytes of {@link result} are the path now, `same` where the rule changes nothing, and
   * `slow` where it has to be applied to text
   */
  apply(bytes: Buffer, start: number, mark: number, end: number): number | 'same' | 'slow' {
    if (end - start > LONGEST_BYTES || !this.#split(bytes, mark + 1, end)) return 'slow';
    if (this.#names === undefined) {
      if (this.#sort(bytes) && this.#isWhole(mark, end)) return 'same';
      return this.#join(bytes, start, mark);
    }
    return this.#choose(bytes, this.#names, start, mark);
  }

  /** @returns whether this can be done with bytes alone */
  #split(bytes: Buffer, start: number, end: number): boolean {
    const chooses = this.#names !== undefined;
    this.#count = 0;
    let position = start;
    while (position < end) {
      const from = position;
      let byte = bytes[position];
      while (position < end && byte !== AND && byte !== EQUALS) {
        if (chooses && (byte === PERCENT || byte === PLUS)) return false;
        byte = bytes[++position];
      }
      const nameEnd = position;
      while (position < end && byte !== AND) byte = bytes[++position];
      if (position > from) {
        if (this.#count === MOST_PARAMETERS) return false;
        this.#starts[this.#count] = from;
        this.#nameEnds[this.#count] = nameEnd;
        this.#ends[this.#count++] = position;
      }
      position++;
    }
    return true;
  }

  /** By name, those of one name as they came. @returns whether they were in order already */
  #sort(bytes: Buffer): boolean {
    let wasSorted = true;
    for (let i = 1; i < this.#count; i++) {
      for (let j = i; j > 0 && this.#isBefore(bytes, j, j - 1); j--) {
        wasSorted = false;
        swap(this.#starts, j);
        swap(this.#nameEnds, j);
        swap(this.#ends, j);
      }
    }
    return wasSorted;
  }

  #isBefore(bytes: Buffer, left: number, right: number): boolean {
    let a = this.#starts[left] ?? 0;
    let b = this.#starts[right] ?? 0;
    const aEnd = this.#nameEnds[left] ?? 0;
    const bEnd = this.#nameEnds[right] ?? 0;
    for (; a < aEnd && b < bEnd; a++, b++) {
      const difference = (bytes[a] ?? 0) - (bytes[b] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return b < bEnd && a === aEnd;
  }

  /** Whether the parameters, one `&` between them, are all that follows the `?`: empty ones are left out. */
  #isWhole(mark: number, end: number): boolean {
    let length = this.#count - 1;
    for (let i = 0; i < this.#count; i++) length += (this.#ends[i] ?? 0) - (this.#starts[i] ?? 0);
    return length === end - mark - 1;
  }

  #join(bytes: Buffer, start: number, mark: number): number {
    let length = this.#copy(bytes, start, mark, 0);
    for (let i = 0; i < this.#count; i++) length = this.#append(bytes, i, length, mark - start);
    return length;
  }

  #choose(bytes: Buffer, names: readonly Buffer[], start: number, mark: number): number | 'slow' {
    let length = this.#copy(bytes, start, mark, 0);
    for (const name of names) {
      for (let i = 0; i < this.#count; i++) {
        if (!this.#isNamed(bytes, i, name)) continue;
        // A list that names a parameter twice takes it twice.
        if (length + (this.#ends[i] ?? 0) - (this.#starts[i] ?? 0) >= LONGEST_BYTES) return 'slow';
        length = this.#append(bytes, i, length, mark - start);
      }
    }
    return length;
  }

  #isNamed(bytes: Buffer, parameter: number, name: Buffer): boolean {
    const start = this.#starts[parameter] ?? 0;
    if ((this.#nameEnds[parameter] ?? 0) - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (bytes[start + i] !== name[i]) return false;
    return true;
  }

  #append(bytes: Buffer, parameter: number, length: number, pathLength: number): number {
    this.result[length] = length === pathLength ? QUESTION : AND;
    return this.#copy(bytes, this.#starts[parameter] ?? 0, this.#ends[parameter] ?? 0, length + 1);
  }

  /** A loop: these are few bytes, and a call of `Buffer.copy` costs more. */
  #copy(bytes: Buffer, start: number, end: number, to: number): number {
    const { result } = this;
    let at = to;
    for (let i = start; i < end; i++) result[at++] = bytes[i] ?? 0;
    return at;
  }
}

function swap(numbers: Int32Array, index: number): void {
  const moved = numbers[index] ?? 0;
  numbers[index] = numbers[index - 1] ?? 0;
  numbers[index - 1] = moved;
}
