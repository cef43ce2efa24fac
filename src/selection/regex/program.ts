import { RegexProblem, type Assertion, type Range, type RegexNode } from './syntax.ts';

/** One step of a Thompson automaton; numbers are positions in the program. */
export type Step =
  | { readonly op: 'set'; readonly ranges: readonly Range[]; readonly negated: boolean; next: number }
  | { readonly op: 'assert'; readonly assertion: Assertion; next: number }
  | { readonly op: 'split'; readonly targets: number[] }
  | { readonly op: 'match' };

/** An expression beyond this takes too long for each character. */
const MOST_STEPS = 10_000;

/**
 * The program of an expression; it starts at 0.
 * @throws RegexProblem where it is too large
 */
export function compileProgram(node: RegexNode): readonly Step[] {
  const steps: Step[] = [];
  const add = (step: Step): number => {
    if (steps.length >= MOST_STEPS) throw new RegexProblem('its repetitions make it too large');
    return steps.push(step) - 1;
  };
  /** Adds what matches `part` and then goes on at the step that comes after it. */
  const emit = (part: RegexNode): void => {
    switch (part.kind) {
      case 'empty':
        return;
      case 'set':
        add({ op: 'set', ranges: part.ranges, negated: part.negated, next: steps.length + 1 });
        return;
      case 'assert':
        add({ op: 'assert', assertion: part.assertion, next: steps.length + 1 });
        return;
      case 'concat':
        for (const child of part.parts) emit(child);
        return;
      case 'either':
        emitEither(part.choices);
        return;
      case 'repeat':
        for (let i = 0; i < part.min; i++) emit(part.node);
        if (part.max === Infinity) emitStar(part.node);
        else for (let i = part.min; i < part.max; i++) emitOptional(part.node);
    }
  };
  const emitOptional = (child: RegexNode): void => {
    const targets: number[] = [];
    add({ op: 'split', targets });
    targets.push(steps.length);
    emit(child);
    targets.push(steps.length);
  };
  const emitStar = (child: RegexNode): void => {
    const targets: number[] = [];
    const start = add({ op: 'split', targets });
    targets.push(steps.length);
    emit(child);
    add({ op: 'split', targets: [start] });
    targets.push(steps.length);
  };
  const emitEither = (choices: readonly RegexNode[]): void => {
    const targets: number[] = [];
    add({ op: 'split', targets });
    const ends: number[][] = [];
    for (const choice of choices) {
      targets.push(steps.length);
      emit(choice);
      const end: number[] = [];
      add({ op: 'split', targets: end });
      ends.push(end);
    }
    for (const end of ends) end.push(steps.length);
  };
  emit(node);
  add({ op: 'match' });
  return steps;
}
