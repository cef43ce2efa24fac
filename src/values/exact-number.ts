import { DecodeProblem } from './decode-budget.ts';
import { floatOf, integerOf, type PlainValue } from './plain-value.ts';

/** Converting takes more than linear time: longer integers are shown by their length alone. */
const MOST_DIGITS = 10_000;
const MOST_BYTES = 4_096;

/** An integer written in decimal. @throws DecodeProblem where it is none */
export function parseInteger(digits: string): PlainValue {
  if (digits.length > MOST_DIGITS)
    return { kind: 'unreadable', reason: `integer of ${digits.length} digits` };
  if (!/^[+-]?\d+$/.test(digits)) throw new DecodeProblem(`"${digits.slice(0, 40)}" is not an integer`);
  return integerOf(BigInt(digits.replace(/^\+/, '')));
}

/** A two's complement integer, little-endian, of any length; none is zero. */
export function signedLittleEndian(bytes: Uint8Array): PlainValue {
  if (bytes.length > MOST_BYTES) return { kind: 'unreadable', reason: `integer of ${bytes.length} bytes` };
  const unsigned = unsignedLittleEndian(bytes);
  const negative = ((bytes.at(-1) ?? 0) & 0x80) !== 0;
  return integerOf(negative ? unsigned - (1n << BigInt(bytes.length * 8)) : unsigned);
}

/** An unsigned integer, little-endian. @throws DecodeProblem where it is too long to be converted */
export function unsignedLittleEndian(bytes: Uint8Array): bigint {
  if (bytes.length > MOST_BYTES) throw new DecodeProblem(`integer of ${bytes.length} bytes`);
  if (bytes.length === 0) return 0n;
  return BigInt(`0x${Buffer.from(bytes).reverse().toString('hex')}`);
}

const SPECIAL_FLOATS: Readonly<Record<string, number>> = {
  nan: Number.NaN,
  inf: Number.POSITIVE_INFINITY,
  '-inf': Number.NEGATIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  '-infinity': Number.NEGATIVE_INFINITY,
};

/** A float written in decimal, as Python, PHP and Ruby write it. @throws DecodeProblem where it is none */
export function parseFloatText(text: string): PlainValue {
  const lower = text.toLowerCase();
  const special = Object.hasOwn(SPECIAL_FLOATS, lower) ? SPECIAL_FLOATS[lower] : undefined;
  if (special !== undefined) return floatOf(special);
  if (text.length > 400 || !/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) {
    throw new DecodeProblem(`"${text.slice(0, 40)}" is not a number`);
  }
  return floatOf(Number(text));
}

/** A float as most languages write it: a whole one keeps its `.0`, so that it cannot pass for an integer. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const text = String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
