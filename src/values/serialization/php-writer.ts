import type { PlainValue } from '../plain-value.ts';
import { checkDepth, namedEntries, NotWritable, refuse } from './writable.ts';

const MOST_INTEGER = 2n ** 63n;

/**
 * JSON-like data as PHP's `serialize` writes it after `json_decode(..., true)`: objects are arrays, and
 * integers beyond 64 bits become floats. Source: ext/standard/var.c of PHP.
 * @throws NotWritable for anything but null, booleans, numbers, text, lists and maps with text as names
 */
export function writePhp(value: PlainValue): Buffer {
  const parts: string[] = [];
  write(value, parts, 0);
  return Buffer.from(parts.join(''), 'utf8');
}

function write(value: PlainValue, parts: string[], level: number): void {
  checkDepth(level);
  switch (value.kind) {
    case 'null':
      parts.push('N;');
      return;
    case 'boolean':
      parts.push(value.value ? 'b:1;' : 'b:0;');
      return;
    case 'integer':
      parts.push(isPhpInteger(value.value) ? `i:${value.value};` : `d:${phpFloat(Number(value.value))};`);
      return;
    case 'float':
      parts.push(`d:${phpFloat(value.value)};`);
      return;
    case 'text':
      parts.push(text(value.text));
      return;
    case 'list':
      if (value.type !== 'list') return refuse(value, 'JSON-like data');
      parts.push(`a:${value.items.length}:{`);
      for (const [index, item] of value.items.entries()) {
        parts.push(`i:${index};`);
        write(item, parts, level + 1);
      }
      parts.push('}');
      return;
    case 'map': {
      const named = namedEntries(value.entries, 'PHP');
      parts.push(`a:${named.size}:{`);
      for (const [name, item] of named) {
        parts.push(isIntegerKey(name) ? `i:${name};` : text(name));
        write(item, parts, level + 1);
      }
      parts.push('}');
      return;
    }
    default:
      return refuse(value, 'JSON-like data');
  }
}

function text(value: string): string {
  if (/\p{Surrogate}/u.test(value)) throw new NotWritable('PHP has no form for half a surrogate pair');
  return `s:${Buffer.byteLength(value)}:"${value}";`;
}

function isPhpInteger(value: bigint): boolean {
  return value >= -MOST_INTEGER && value < MOST_INTEGER;
}

/** PHP's arrays know no names that look like integers: they are integers. */
function isIntegerKey(name: string): boolean {
  // The lowest integer is left out: PHP keeps that one a string.
  return /^(?:0|-?[1-9]\d{0,18})$/.test(name) && isPhpInteger(BigInt(name)) && BigInt(name) !== -MOST_INTEGER;
}

/** The shortest digits that give the same float, with an exponent where PHP has one. */
function phpFloat(value: number): string {
  if (Number.isNaN(value)) return 'NAN';
  if (!Number.isFinite(value)) return value > 0 ? 'INF' : '-INF';
  if (Object.is(value, -0)) return '-0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent >= -4 && exponent < 17 && value !== 0) return plainDigits(mantissa, exponent);
  if (value === 0) return '0';
  const dotted = mantissa.includes('.') ? mantissa : `${mantissa}.0`;
  return `${dotted}E${exponent < 0 ? '-' : '+'}${Math.abs(exponent)}`;
}

function plainDigits(mantissa: string, exponent: number): string {
  const sign = mantissa.startsWith('-') ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  const fraction = digits.slice(exponent + 1);
  return `${sign}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}
