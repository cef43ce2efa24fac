import { floatText } from '../exact-number.ts';
import type { PlainValue } from '../plain-value.ts';

const two = (number: number): string => String(number).padStart(2, '0');

/**
 * Dates and times of Python's `datetime` module from what their pickles hold, as ISO 8601; `undefined`
 * where the arguments are not such. Source: `_getstate` in Lib/_pydatetime.py of CPython.
 */
export function pythonMoment(name: string, args: readonly PlainValue[]): PlainValue | undefined {
  if (name === 'datetime.timedelta') return duration(args);
  if (name === 'datetime.timezone') return timezone(args);
  const state = args[0] === undefined ? undefined : stateBytes(args[0]);
  if (state === undefined) return undefined;
  const zone = zoneText(args[1]);
  if (name === 'datetime.date' && state.length === 4) {
    return { kind: 'moment', type: 'date', text: dateText(state) };
  }
  if (zone === undefined) return undefined;
  if (name === 'datetime.time' && state.length === 6) {
    return { kind: 'moment', type: 'time', text: timeText(state) + zone };
  }
  if (name === 'datetime.datetime' && state.length === 10) {
    return {
      kind: 'moment',
      type: 'datetime',
      text: `${dateText(state)}T${timeText(state.subarray(4))}${zone}`,
    };
  }
  return undefined;
}

/** The state is bytes; in pickles of Python 2 a string, one character a byte. */
function stateBytes(value: PlainValue): Buffer | undefined {
  if (value.kind === 'bytes') return Buffer.from(value.bytes);
  return value.kind === 'text' && value.text.length <= 10 ? Buffer.from(value.text, 'latin1') : undefined;
}

function dateText(state: Buffer): string {
  // The month's highest bit says that a repeated hour is meant for the second time.
  const [high = 0, low = 0, month = 0, day = 0] = state;
  return `${String(high * 256 + low).padStart(4, '0')}-${two(month & 0x7f)}-${two(day)}`;
}

function timeText(state: Buffer): string {
  const [hour = 0, minute = 0, second = 0, high = 0, middle = 0, low = 0] = state;
  const micros = (high << 16) | (middle << 8) | low;
  const fraction = micros === 0 ? '' : `.${String(micros).padStart(6, '0')}`;
  return `${two(hour & 0x7f)}:${two(minute)}:${two(second)}${fraction}`;
}

function duration(args: readonly PlainValue[]): PlainValue | undefined {
  const micros = durationMicros(args);
  if (micros === undefined) return undefined;
  const size = micros < 0n ? -micros : micros;
  const fraction = size % 1_000_000n;
  const digits = fraction === 0n ? '' : `.${String(fraction).padStart(6, '0').replace(/0+$/, '')}`;
  return {
    kind: 'moment',
    type: 'duration',
    text: `${micros < 0n ? '-' : ''}PT${size / 1_000_000n}${digits}S`,
  };
}

function durationMicros(args: readonly PlainValue[]): bigint | undefined {
  const numbers = args.map((value) => (value.kind === 'integer' ? value.value : undefined));
  const [days = 0n, seconds = 0n, micros = 0n] = numbers;
  if (args.length > 3 || numbers.includes(undefined)) return undefined;
  return (days * 86_400n + seconds) * 1_000_000n + micros;
}

function timezone(args: readonly PlainValue[]): PlainValue | undefined {
  const offset = args[0];
  if (offset?.kind !== 'moment' || offset.type !== 'duration') return undefined;
  const named = args[1]?.kind === 'text' ? args[1].text : undefined;
  return { kind: 'text', text: named ?? offsetText(offset.text), className: 'datetime.timezone' };
}

/** `PT7200S` as `+02:00`. */
function offsetText(duration: string): string {
  const match = /^(-?)PT(\d+)(\.\d+)?S$/.exec(duration);
  const seconds = Number(match?.[2] ?? 0);
  const rest =
    seconds % 60 === 0 && match?.[3] === undefined ? '' : `:${two(seconds % 60)}${match?.[3] ?? ''}`;
  return `${match?.[1] === '-' ? '-' : '+'}${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}${rest}`;
}

/** What follows a time: an offset, a zone's name in brackets, or nothing; `undefined` where it cannot be said. */
function zoneText(zone: PlainValue | undefined): string | undefined {
  if (zone === undefined) return '';
  if (zone.kind === 'text' && zone.className !== undefined) {
    return /^[+-]/.test(zone.text) ? zone.text : `[${zone.text}]`;
  }
  if (zone.kind !== 'object' || zone.fields.length > 0) return undefined;
  if (zone.className === 'pytz._UTC' || zone.className === 'django.utils.timezone.UTC') return '+00:00';
  const name = zone.args[0];
  const named = ['zoneinfo.ZoneInfo._unpickle', 'pytz._p', 'backports.zoneinfo.ZoneInfo._unpickle'];
  return named.includes(zone.className) && name?.kind === 'text' ? `[${name.text}]` : undefined;
}

/** A complex number as Python writes it. */
export function complexText(args: readonly PlainValue[]): string | undefined {
  const [real, imaginary] = args;
  if (real?.kind !== 'float' || imaginary?.kind !== 'float') return undefined;
  const sign = imaginary.value < 0 || Object.is(imaginary.value, -0) ? '' : '+';
  return `${floatText(real.value)}${sign}${floatText(imaginary.value)}j`;
}
