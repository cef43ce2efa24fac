import { ByteReader } from '../byte-reader.ts';
import { DecodeProblem, LimitReached, problemText, type DecodeBudget } from '../decode-budget.ts';
import { growingObject, NULL, unreadable, type PlainValue } from '../plain-value.ts';
import { className } from './pickle-classes.ts';
import { PickleMachine } from './pickle-machine.ts';
import { code, line, SCALAR_OPCODES } from './pickle-scalars.ts';
import type { ReadResult } from './read-result.ts';
import { decodeWtf8 } from './wtf8.ts';

const STOP = code('.');
const HIGHEST_PROTOCOL = 5;
const LONGEST_NAME = 1_000;
const NAME_TOO_LONG = `the name of a class is longer than ${LONGEST_NAME} characters`;

/**
 * Reads a pickle of any protocol without executing it: classes stay names, calls become objects with their
 * arguments. Whatever breaks off gives what stood there so far.
 * Source: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */
export function readPickle(bytes: Uint8Array, budget: DecodeBudget): ReadResult {
  const reader = new ByteReader(bytes);
  const machine = new PickleMachine(budget);
  const warnings = (): readonly string[] => [...machine.warnings];
  try {
    for (;;) {
      const opcode = reader.u8();
      if (opcode === STOP) {
        return { value: machine.pop(), end: reader.position, problem: undefined, warnings: warnings() };
      }
      budget.step();
      run(opcode, reader, machine, budget);
    }
  } catch (error) {
    const problem = problemText(error);
    const value = machine.collapse() ?? unreadable(problem);
    return {
      value,
      end: reader.position,
      problem,
      limited: error instanceof LimitReached,
      warnings: warnings(),
    };
  }
}

function run(opcode: number, reader: ByteReader, machine: PickleMachine, budget: DecodeBudget): void {
  const scalar = SCALAR_OPCODES.get(opcode);
  if (scalar !== undefined) return machine.push(scalar(reader, budget));
  const operation = OPERATIONS.get(opcode);
  if (operation === undefined) {
    throw new DecodeProblem(`byte ${reader.position - 1} (0x${opcode.toString(16)}) is no pickle opcode`);
  }
  operation(machine, reader);
}

type Operation = (machine: PickleMachine, reader: ByteReader) => void;

const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0x80, (_, reader) => checkProtocol(reader.u8())],
  // A frame only helps a reader of streams.
  [0x95, (_, reader) => void reader.take(8)],
  [code('('), (machine) => machine.mark()],
  [code('0'), (machine) => machine.drop()],
  [code('1'), (machine) => void machine.popToMark()],
  [code('2'), (machine) => machine.push(machine.top())],
  [code(']'), (machine) => machine.pushList('list', [])],
  [code('l'), (machine) => machine.pushList('list', machine.popToMark())],
  [code(')'), (machine) => machine.pushList('tuple', [])],
  [code('t'), (machine) => machine.pushList('tuple', machine.popToMark())],
  [0x85, (machine) => pushTuple(machine, 1)],
  [0x86, (machine) => pushTuple(machine, 2)],
  [0x87, (machine) => pushTuple(machine, 3)],
  [code('}'), (machine) => machine.pushMap([])],
  [code('d'), (machine) => machine.pushMap(machine.popToMark())],
  [0x8f, (machine) => machine.pushList('set', [])],
  [0x91, (machine) => machine.pushList('frozenset', machine.popToMark())],
  [code('a'), (machine) => machine.append([machine.pop()])],
  [code('e'), (machine) => machine.append(machine.popToMark())],
  [0x90, (machine) => machine.append(machine.popToMark())],
  [
    code('s'),
    (machine) => {
      const value = machine.pop();
      machine.setItems([machine.pop(), value]);
    },
  ],
  [code('u'), (machine) => machine.setItems(machine.popToMark())],
  [code('p'), (machine, reader) => machine.remember(lineNumber(reader))],
  [code('q'), (machine, reader) => machine.remember(reader.u8())],
  [code('r'), (machine, reader) => machine.remember(reader.u32le())],
  [0x94, (machine) => machine.rememberNext()],
  [code('g'), (machine, reader) => machine.recall(lineNumber(reader))],
  [code('h'), (machine, reader) => machine.recall(reader.u8())],
  [code('j'), (machine, reader) => machine.recall(reader.u32le())],
  [code('c'), (machine, reader) => machine.push(globalLines(reader))],
  [
    0x93,
    (machine) => {
      const name = machine.pop();
      const module = machine.pop();
      if (name.kind !== 'text' || module.kind !== 'text') throw new DecodeProblem('a class has no name');
      if (name.text.length + module.text.length > LONGEST_NAME) throw new DecodeProblem(NAME_TOO_LONG);
      machine.push({ kind: 'class', name: className(module.text, name.text) });
    },
  ],
  [code('R'), (machine) => callWith(machine)],
  [0x81, (machine) => callWith(machine)],
  [
    0x92,
    (machine) => {
      const named = machine.pop();
      const args = machine.pop();
      const all = args.kind === 'list' && named.kind === 'map' && named.entries.length > 0;
      machine.call(machine.pop(), all ? { ...args, items: [...args.items.slice(0, 1_000), named] } : args);
    },
  ],
  [
    code('i'),
    (machine, reader) => {
      const named = globalLines(reader);
      machine.call(named, { kind: 'list', type: 'tuple', items: machine.popToMark() });
    },
  ],
  [
    code('o'),
    (machine) => {
      const [named, ...items] = machine.popToMark();
      machine.call(named ?? NULL, { kind: 'list', type: 'tuple', items });
    },
  ],
  [code('b'), (machine) => machine.build(machine.pop())],
  [code('P'), (machine, reader) => persistent(machine, { kind: 'text', text: line(reader) })],
  [code('Q'), (machine) => persistent(machine, machine.pop())],
  [0x82, (machine, reader) => pushExtension(machine, reader.u8())],
  [0x83, (machine, reader) => pushExtension(machine, reader.u16le())],
  [0x84, (machine, reader) => pushExtension(machine, reader.i32le())],
  [0x97, (machine) => machine.push(unreadable('a buffer that is kept outside of the pickle'))],
  [0x98, () => undefined],
]);

function checkProtocol(protocol: number): void {
  if (protocol > HIGHEST_PROTOCOL) throw new DecodeProblem(`pickle protocol ${protocol} is not known`);
}

function pushTuple(machine: PickleMachine, count: number): void {
  const items = Array.from({ length: count }, () => machine.pop()).reverse();
  machine.pushList('tuple', items);
}

function callWith(machine: PickleMachine): void {
  const args = machine.pop();
  machine.call(machine.pop(), args);
}

function globalLines(reader: ByteReader): PlainValue {
  const module = globalName(reader);
  return { kind: 'class', name: className(module, globalName(reader)) };
}

function globalName(reader: ByteReader): string {
  const bytes = reader.until(0x0a);
  if (bytes.length > LONGEST_NAME) throw new DecodeProblem(NAME_TOO_LONG);
  return decodeWtf8(bytes) ?? bytes.toString('latin1');
}

function lineNumber(reader: ByteReader): number {
  const text = line(reader);
  if (!/^\d{1,10}$/.test(text)) throw new DecodeProblem('a number of a remembered value is none');
  return Number(text);
}

function persistent(machine: PickleMachine, id: PlainValue): void {
  machine.warnings.add('part of it is kept outside of the pickle');
  machine.push(growingObject('(persistent id)', [id]));
}

function pushExtension(machine: PickleMachine, number: number): void {
  machine.push({ kind: 'class', name: `copyreg.extension(${number})` });
}
