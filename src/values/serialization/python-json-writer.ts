import type { PlainValue } from '../plain-value.ts';
import { checkDepth, namedEntries, refuse } from './writable.ts';

/**
 * JSON-like data as Python's `json.dumps` writes it: a blank after every comma and colon, everything
 * beyond ASCII escaped. Source: Lib/json/encoder.py of CPython.
 * @throws NotWritable for anything but null, booleans, numbers, text, lists and maps with text as names
 */
export function writePythonJson(value: PlainValue): string {
  return write(value, 0);
}

function write(value: PlainValue, level: number): string {
  checkDepth(level);
  switch (value.kind) {
    case 'null':
      return 'null';
    case 'boolean':
      return String(value.value);
    case 'integer':
      return String(value.value);
    case 'float':
      return pythonFloat(value.value);
    case 'text':
      return asciiString(value.text);
    case 'list':
      if (value.type !== 'list') return refuse(value, 'JSON');
      return `[${value.items.map((item) => write(item, level + 1)).join(', ')}]`;
    case 'map': {
      const named = [...namedEntries(value.entries, 'JSON')];
      return `{${named.map(([name, item]) => `${asciiString(name)}: ${write(item, level + 1)}`).join(', ')}}`;
    }
    default:
      return refuse(value, 'JSON');
  }
}

function asciiString(text: string): string {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Python's `repr` of a float: an exponent below 1e-4 and from 1e16 on, of two digits or more. */
function pythonFloat(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  const [mantissa = '', exponentText = '0'] = value.toExponential().split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 16) {
    return `${mantissa}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const sign = value < 0 ? '-' : '';
  const digits = mantissa.replace(/[-.]/g, '');
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  const whole = digits.slice(0, exponent + 1).padEnd(exponent + 1, '0');
  return `${sign}${whole}.${digits.slice(exponent + 1) || '0'}`;
}
