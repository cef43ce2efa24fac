/** The syntax tree of a regular expression, as far as one can be matched in linear time. */
export type RegexNode =
  | { readonly kind: 'empty' }
  /** One character: its code point lies in one of the ranges, or in none where negated. */
  | { readonly kind: 'set'; readonly ranges: readonly Range[]; readonly negated: boolean }
  | { readonly kind: 'assert'; readonly assertion: Assertion }
  | { readonly kind: 'concat'; readonly parts: readonly RegexNode[] }
  | { readonly kind: 'either'; readonly choices: readonly RegexNode[] }
  | { readonly kind: 'repeat'; readonly node: RegexNode; readonly min: number; readonly max: number };

/** Code points, both included. */
export type Range = readonly [first: number, last: number];

/** A condition on a place between two characters. */
export type Assertion = 'start' | 'end' | 'boundary' | 'inside';

/** An expression that cannot be taken, and why: never leaves this folder. */
export class RegexProblem extends Error {}

const LAST = 0x10ffff;
const DIGITS: readonly Range[] = [[0x30, 0x39]];
const WORD: readonly Range[] = [...DIGITS, [0x41, 0x5a], [0x5f, 0x5f], [0x61, 0x7a]];
/** What JavaScript's `\s` matches. */
const SPACE: readonly Range[] = [
  ...([
    [0x09, 0x0d],
    [0x20, 0x20],
    [0xa0, 0xa0],
    [0x1680, 0x1680],
    [0x2000, 0x200a],
    [0x2028, 0x2029],
    [0x202f, 0x202f],
    [0x205f, 0x205f],
    [0x3000, 0x3000],
    [0xfeff, 0xfeff],
  ] as const),
];
const SHORTHANDS: Readonly<Record<string, readonly Range[]>> = { d: DIGITS, w: WORD, s: SPACE };
const CONTROLS: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13, '0': 0 };
/** More than this is a slip, and would make the program large. */
const MOST_REPEATS = 1_000;

/** @throws RegexProblem */
export function parseRegexSyntax(source: string): RegexNode {
  return new Parser([...source]).parse();
}

/** Whether a code point counts as part of a word for `\b`. */
export function isWord(point: number | undefined): boolean {
  return point !== undefined && WORD.some(([first, last]) => point >= first && point <= last);
}

class Parser {
  readonly #chars: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(chars: readonly string[]) {
    this.#chars = chars;
  }

  parse(): RegexNode {
    const node = this.#either();
    if (this.#at < this.#chars.length) throw new RegexProblem('there is a ) without its (');
    return node;
  }

  get #next(): string | undefined {
    return this.#chars[this.#at];
  }

  #take(text: string): boolean {
    const taken = this.#chars.slice(this.#at, this.#at + text.length).join('') === text;
    if (taken) this.#at += text.length;
    return taken;
  }

  #either(): RegexNode {
    const choices = [this.#concat()];
    while (this.#take('|')) choices.push(this.#concat());
    return choices.length === 1 ? (choices[0] ?? { kind: 'empty' }) : { kind: 'either', choices };
  }

  #concat(): RegexNode {
    const parts: RegexNode[] = [];
    while (this.#next !== undefined && this.#next !== '|' && this.#next !== ')') {
      parts.push(this.#repeated(this.#atom()));
    }
    return { kind: 'concat', parts };
  }

  #repeated(node: RegexNode): RegexNode {
    const bounds = this.#quantifier();
    if (bounds === undefined) return node;
    // Greedy or not makes no difference to whether there is a match.
    this.#take('?');
    if (this.#next === '*' || this.#next === '+') throw new RegexProblem('there is nothing to repeat');
    return { kind: 'repeat', node, ...bounds };
  }

  #quantifier(): { readonly min: number; readonly max: number } | undefined {
    if (this.#take('*')) return { min: 0, max: Infinity };
    if (this.#take('+')) return { min: 1, max: Infinity };
    if (this.#take('?')) return { min: 0, max: 1 };
    if (this.#next !== '{') return undefined;
    const rest = this.#chars.slice(this.#at, this.#at + 24).join('');
    const match = /^\{(\d+)(,(\d*))?\}/.exec(rest);
    if (match === null) return undefined;
    this.#at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === '' ? Infinity : Number(match[3]);
    if (min > max) throw new RegexProblem(`the numbers of ${match[0]} are out of order`);
    if (min > MOST_REPEATS || (max !== Infinity && max > MOST_REPEATS))
      throw new RegexProblem(`${match[0]} repeats more than ${MOST_REPEATS} times`);
    return { min, max };
  }

  #atom(): RegexNode {
    const char = this.#chars[this.#at++] ?? '';
    switch (char) {
      case '.':
        return { kind: 'set', ranges: [[0, LAST]], negated: false };
      case '^':
        return { kind: 'assert', assertion: 'start' };
      case '$':
        return { kind: 'assert', assertion: 'end' };
      case '(':
        return this.#group();
      case '[':
        return this.#class();
      case '\\':
        return this.#escape();
      case '*':
      case '+':
      case '?':
        throw new RegexProblem('there is nothing to repeat');
      default:
        return literal(char.codePointAt(0) ?? 0);
    }
  }

  #group(): RegexNode {
    if (['?=', '?!', '?<=', '?<!'].some((opening) => this.#take(opening)))
      throw new RegexProblem('it looks ahead or behind, which takes more than linear time');
    if (!this.#take('?:') && this.#take('?')) {
      const name = /^<[A-Za-z_]\w*>/.exec(this.#chars.slice(this.#at, this.#at + 64).join(''));
      if (name === null) throw new RegexProblem('there is a group of an unknown kind');
      this.#at += name[0].length;
    }
    if (++this.#depth > 200) throw new RegexProblem('its groups are nested too deeply');
    const node = this.#either();
    this.#depth--;
    if (!this.#take(')')) throw new RegexProblem('there is a ( without its )');
    return node;
  }

  #escape(): RegexNode {
    const char = this.#next;
    if (char === 'b' || char === 'B') {
      this.#at++;
      return { kind: 'assert', assertion: char === 'b' ? 'boundary' : 'inside' };
    }
    if (char !== undefined && /[1-9k]/.test(char))
      throw new RegexProblem('it refers back to a group, which takes more than linear time');
    return this.#shorthand() ?? literal(this.#escapedPoint());
  }

  #shorthand(): Extract<RegexNode, { kind: 'set' }> | undefined {
    const char = this.#next ?? '';
    const ranges = SHORTHANDS[char.toLowerCase()];
    if (ranges === undefined || !/[dwsDWS]/.test(char)) return undefined;
    this.#at++;
    return { kind: 'set', ranges, negated: char !== char.toLowerCase() };
  }

  /** The character behind a backslash. */
  #escapedPoint(): number {
    const char = this.#chars[this.#at++];
    if (char === undefined) throw new RegexProblem('it ends with a backslash');
    const rest = this.#chars.slice(this.#at, this.#at + 8).join('');
    const hex =
      char === 'x'
        ? /^([0-9a-f]{2})/i.exec(rest)
        : char === 'u'
          ? (/^\{([0-9a-f]{1,6})\}/i.exec(rest) ?? /^([0-9a-f]{4})/i.exec(rest))
          : null;
    if (hex !== null) {
      this.#at += hex[0].length;
      return Math.min(Number.parseInt(hex[1] ?? '', 16), LAST);
    }
    const control = CONTROLS[char];
    if (control !== undefined) return control;
    if (/[A-Za-z]/.test(char)) throw new RegexProblem(`\\${char} has no meaning here`);
    return char.codePointAt(0) ?? 0;
  }

  #class(): RegexNode {
    const negated = this.#take('^');
    const ranges: Range[] = [];
    while (!this.#take(']')) {
      if (this.#next === undefined) throw new RegexProblem('there is a [ without its ]');
      const first = this.#classItem(ranges);
      const isRange = this.#next === '-' && this.#chars[this.#at + 1] !== ']';
      if (first === undefined || !isRange) {
        if (first !== undefined) ranges.push([first, first]);
        continue;
      }
      this.#at++;
      const last = this.#classItem(ranges);
      if (last === undefined) ranges.push([first, first], [0x2d, 0x2d]);
      else if (last < first) throw new RegexProblem('a range in [ ] is out of order');
      else ranges.push([first, last]);
    }
    return { kind: 'set', ranges, negated };
  }

  /** One member of a class; a shorthand is added at once, and gives no code point. */
  #classItem(ranges: Range[]): number | undefined {
    const char = this.#chars[this.#at++];
    if (char === undefined) throw new RegexProblem('there is a [ without its ]');
    if (char !== '\\') return char.codePointAt(0) ?? 0;
    const shorthand = this.#shorthand();
    if (shorthand !== undefined) {
      ranges.push(...(shorthand.negated ? complement(shorthand.ranges) : shorthand.ranges));
      return undefined;
    }
    if (this.#take('b')) return 8;
    return this.#escapedPoint();
  }
}

function literal(point: number): RegexNode {
  return { kind: 'set', ranges: [[point, point]], negated: false };
}

function complement(ranges: readonly Range[]): readonly Range[] {
  const sorted = [...ranges].sort(([a], [b]) => a - b);
  const gaps: Range[] = [];
  let start = 0;
  for (const [first, last] of sorted) {
    if (first > start) gaps.push([start, first - 1]);
    start = Math.max(start, last + 1);
  }
  if (start <= LAST) gaps.push([start, LAST]);
  return gaps;
}
