import { DecodeProblem, type DecodeBudget } from '../decode-budget.ts';
import {
  growingList,
  growingMap,
  growingObject,
  textOf,
  type Entry,
  type ListType,
  type PlainValue,
} from '../plain-value.ts';
import { instanceOf } from './pickle-classes.ts';

const MARK = Symbol('mark');
type Slot = PlainValue | typeof MARK;

/**
 * The stack and the memo of a pickle. It builds plain data and knows no other effect: a class is a name,
 * a call is an object with arguments.
 */
export class PickleMachine {
  readonly warnings = new Set<string>();
  readonly #budget: DecodeBudget;
  readonly #stack: Slot[] = [];
  readonly #memo = new Map<number, PlainValue>();

  constructor(budget: DecodeBudget) {
    this.#budget = budget;
  }

  push(value: PlainValue): void {
    this.#budget.node();
    this.#stack.push(value);
  }

  mark(): void {
    this.#budget.node();
    this.#stack.push(MARK);
  }

  /** @throws DecodeProblem where the stack has no value on top */
  pop(): PlainValue {
    const top = this.#stack.pop();
    if (top === undefined || top === MARK) throw new DecodeProblem('it takes a value where none is');
    return top;
  }

  /** Takes off a value or a mark. */
  drop(): void {
    this.#stack.pop();
  }

  top(): PlainValue {
    const top = this.#stack.at(-1);
    if (top === undefined || top === MARK) throw new DecodeProblem('it takes a value where none is');
    return top;
  }

  /** The values above the last mark, which goes with them. */
  popToMark(): PlainValue[] {
    const values: PlainValue[] = [];
    for (;;) {
      const top = this.#stack.pop();
      if (top === undefined) throw new DecodeProblem('it takes a mark where none is');
      if (top === MARK) return values.reverse();
      values.push(top);
    }
  }

  remember(index: number): void {
    if (this.#memo.size >= this.#budget.limits.maxNodes)
      throw new DecodeProblem('it remembers too many values');
    this.#memo.set(index, this.top());
  }

  rememberNext(): void {
    this.remember(this.#memo.size);
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw new DecodeProblem(`it refers to a value ${index} that is not there`);
    this.push(value);
  }

  pushList(type: ListType, items: readonly PlainValue[]): void {
    const list = growingList(type);
    for (const item of items) list.items.push(item);
    this.push(list);
  }

  pushMap(flat: readonly PlainValue[]): void {
    const map = growingMap();
    this.push(map);
    this.setItems(flat);
  }

  /** Adds to the list, set or object on top. */
  append(items: readonly PlainValue[]): void {
    const target = this.top();
    if (target.kind !== 'list' && target.kind !== 'object') {
      throw new DecodeProblem(`it appends to a value of the kind ${target.kind}`);
    }
    // Whatever this machine put on the stack it made itself, and may still fill.
    const grown = target.items as PlainValue[];
    for (const item of items) grown.push(item);
  }

  /** Sets names and values, in turn, in the map or object on top. */
  setItems(flat: readonly PlainValue[]): void {
    const target = this.top();
    if (target.kind !== 'map' && target.kind !== 'object') {
      throw new DecodeProblem(`it sets names of a value of the kind ${target.kind}`);
    }
    const entries = target.entries as Entry[];
    for (let index = 0; index + 1 < flat.length; index += 2) {
      const [key, value] = [flat[index], flat[index + 1]];
      if (key !== undefined && value !== undefined) entries.push([key, value]);
    }
  }

  /** What calling `callable` with `args` stands for. */
  call(callable: PlainValue, args: PlainValue): void {
    if (args.kind !== 'list') throw new DecodeProblem('it calls a class without arguments');
    this.push(instanceOf(callable, args.items, this.#budget));
  }

  /** The state of the instance on top: its fields, or whatever its class made of itself. */
  build(state: PlainValue): void {
    const target = this.top();
    if (target.kind !== 'object') {
      if (state.kind !== 'null') this.warnings.add('fields of a value that is no object are left out');
      return;
    }
    const fields = target.fields as Entry[];
    const parts = state.kind === 'list' && state.type === 'tuple' ? state.items : [state];
    const isFields = parts.length <= 2 && parts.every((part) => part.kind === 'map' || part.kind === 'null');
    if (!isFields) {
      this.#budget.node();
      fields.push([textOf('(state)'), state]);
      return;
    }
    for (const part of parts) {
      for (const entry of part.kind === 'map' ? part.entries : []) {
        this.#budget.node();
        fields.push(entry);
      }
    }
  }

  /** What stands on the stack of a pickle that broke off: everything in the container that it was meant for. */
  collapse(): PlainValue | undefined {
    let marks = this.#stack.filter((slot) => slot === MARK).length;
    for (; marks > 0; marks--) {
      const items = this.popToMark();
      const target = this.#stack.at(-1);
      if (target === undefined || target === MARK) this.#stack.push({ kind: 'list', type: 'tuple', items });
      else if (target.kind === 'list') this.append(items);
      else if (target.kind === 'map' || target.kind === 'object') this.setItems(items);
    }
    const values = this.#stack.filter((slot) => slot !== MARK);
    if (values.length <= 1) return values[0];
    const [first] = values;
    return first?.kind === 'class' && values.length === 2
      ? growingObject(first.name, values.slice(1))
      : { kind: 'list', type: 'tuple', items: values };
  }
}
