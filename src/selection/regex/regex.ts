import { decodeUtf8 } from '../../keys/printable.ts';
import { compileProgram, type Step } from './program.ts';
import { isWord, parseRegexSyntax, RegexProblem, type Assertion, type Range } from './syntax.ts';

/** A regular expression whose time is linear in the key, whatever the expression: there is no backtracking. */
export interface LinearRegex {
  readonly source: string;
  /** Whether it matches anywhere in a key: in its text where it is UTF-8, otherwise byte for byte as Latin-1. */
  readonly matches: (key: Uint8Array) => boolean;
}

/**
 * Compiles an expression in JavaScript's syntax, without what cannot be matched in linear time (backreferences,
 * lookaround). A dot matches line feeds too; `(?i)` in front ignores the case of letters.
 */
export function compileRegex(
  source: string,
):
  | { readonly kind: 'regex'; readonly regex: LinearRegex }
  | { readonly kind: 'problem'; readonly problem: string } {
  try {
    const ignoresCase = source.startsWith('(?i)');
    const program = compileProgram(parseRegexSyntax(ignoresCase ? source.slice(4) : source));
    const automaton = new Automaton(program, ignoresCase);
    const matches = (key: Uint8Array): boolean =>
      automaton.matches(decodeUtf8(key) ?? Buffer.from(key).toString('latin1'));
    return { kind: 'regex', regex: { source, matches } };
  } catch (error) {
    if (error instanceof RegexProblem) return { kind: 'problem', problem: error.message };
    throw error;
  }
}

/** What stood before a place, as far as assertions ask. */
type Before = 'start' | 'word' | 'other';

/** A set of places in the program, with the states that characters lead to from it. */
interface State {
  readonly places: readonly number[];
  readonly before: Before;
  readonly next: Map<number, State | 'match'>;
  atEnd: boolean | undefined;
}

/** States are made when they are first needed and kept, so that most characters cost one look-up. */
const MOST_STATES = 2_000;
const MOST_NEXT = 512;

class Automaton {
  readonly #program: readonly Step[];
  readonly #ignoresCase: boolean;
  readonly #states = new Map<string, State>();

  constructor(program: readonly Step[], ignoresCase: boolean) {
    this.#program = program;
    this.#ignoresCase = ignoresCase;
  }

  matches(text: string): boolean {
    let state = this.#state([], 'start');
    for (let at = 0; at < text.length;) {
      const point = text.codePointAt(at) ?? 0;
      at += point > 0xffff ? 2 : 1;
      let next = state.next.get(point);
      if (next === undefined) {
        next = this.#step(state, point);
        if (state.next.size < MOST_NEXT) state.next.set(point, next);
      }
      if (next === 'match') return true;
      state = next;
    }
    state.atEnd ??= this.#closure(state, undefined).matched;
    return state.atEnd;
  }

  #state(places: readonly number[], before: Before): State {
    const name = `${before} ${places.join(' ')}`;
    const known = this.#states.get(name);
    if (known !== undefined) return known;
    if (this.#states.size >= MOST_STATES) this.#states.clear();
    const state: State = { places, before, next: new Map(), atEnd: undefined };
    this.#states.set(name, state);
    return state;
  }

  #step(state: State, point: number): State | 'match' {
    const { reached, matched } = this.#closure(state, point);
    if (matched) return 'match';
    const places = new Set<number>();
    for (const place of reached) {
      const step = this.#program[place];
      if (step?.op === 'set' && this.#accepts(step, point)) places.add(step.next);
    }
    return this.#state(
      [...places].sort((a, b) => a - b),
      isWord(point) ? 'word' : 'other',
    );
  }

  /** All places that can be reached without taking a character, from the state and from a fresh start. */
  #closure(
    { places, before }: State,
    next: number | undefined,
  ): { readonly reached: ReadonlySet<number>; readonly matched: boolean } {
    const reached = new Set<number>();
    const waiting = [...places, 0];
    let matched = false;
    for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
      if (reached.has(place)) continue;
      reached.add(place);
      const step = this.#program[place];
      if (step === undefined) continue;
      if (step.op === 'match') matched = true;
      else if (step.op === 'split') waiting.push(...step.targets);
      else if (step.op === 'assert' && assertionHolds(step.assertion, before, next)) waiting.push(step.next);
    }
    return { reached, matched };
  }

  #accepts({ ranges, negated }: Extract<Step, { op: 'set' }>, point: number): boolean {
    return this.#spellings(point).some((spelling) => isIn(ranges, spelling)) !== negated;
  }

  #spellings(point: number): readonly number[] {
    if (!this.#ignoresCase) return [point];
    const char = String.fromCodePoint(point);
    return [char, char.toLowerCase(), char.toUpperCase()].map((text) => text.codePointAt(0) ?? point);
  }
}

function isIn(ranges: readonly Range[], point: number): boolean {
  return ranges.some(([first, last]) => point >= first && point <= last);
}

function assertionHolds(assertion: Assertion, before: Before, next: number | undefined): boolean {
  switch (assertion) {
    case 'start':
      return before === 'start';
    case 'end':
      return next === undefined;
    case 'boundary':
      return (before === 'word') !== isWord(next);
    case 'inside':
      return (before === 'word') === isWord(next);
  }
}
