import { MAX_TIMEOUT_MS } from '../config/ttl.ts';
import { parseQuoted } from '../keys/printable.ts';
import { nearest } from '../text/nearest.ts';
import { BYTES_FORM, formatBytes, meantBytes, parseBytes } from '../units/bytes.ts';
import { DURATION_FORM, meantDuration, parseDurationMs } from '../units/duration.ts';
import { meantRate, parseRate, RATE_FORM } from '../units/rate.ts';
import { UsageError } from './errors.ts';

/** A flag's value before it means anything. */
export type RawValue = string | boolean | readonly string[];

/**
 * The arguments and flags of one command line, read by name and checked as they are read.
 * Every method throws UsageError where a value does not fit, naming the flag and the value.
 */
export class Input {
  readonly args: readonly string[];
  readonly #flags: ReadonlyMap<string, RawValue>;

  constructor(args: readonly string[], flags: ReadonlyMap<string, RawValue>) {
    this.args = args;
    this.#flags = flags;
  }

  /** The same flags without the arguments, for a command whose arguments are no keys. */
  withoutArgs(): Input {
    return new Input([], this.#flags);
  }

  /** The same line with more arguments and flags. */
  with(args: readonly string[], flags: Iterable<readonly [name: string, value: RawValue]>): Input {
    return new Input([...this.args, ...args], new Map([...this.#flags, ...flags]));
  }

  /** The same line for whoever does not want to wait: one short attempt to connect, unless the line says otherwise. */
  hasty(): Input {
    const short: readonly (readonly [string, RawValue])[] = [
      ['connect-timeout', ['1s']],
      ['command-timeout', ['1s']],
      ['connect-retries', ['0']],
    ];
    return this.with(
      [],
      short.filter(([name]) => !this.has(name)),
    );
  }

  /** Whether a flag stands on the command line at all. */
  has(name: string): boolean {
    return this.#flags.has(name);
  }

  /** A switch. */
  on(name: string): boolean {
    return this.#flags.get(name) === true;
  }

  /** The value of a flag that may be given once. */
  text(name: string): string | undefined {
    const value = this.#flags.get(name);
    if (typeof value === 'boolean' || value === undefined) return undefined;
    if (typeof value === 'string') return value;
    if (value.length > 1) throw new UsageError(`--${name} can be given only once`);
    return value[0];
  }

  /** All values of a repeatable flag. */
  texts(name: string): readonly string[] {
    const value = this.#flags.get(name);
    if (typeof value === 'boolean' || value === undefined) return [];
    return typeof value === 'string' ? [value] : value;
  }

  /** A whole number within bounds, both included. */
  wholeNumber(name: string, bounds: { readonly min: number; readonly max?: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const number = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
    const max = bounds.max ?? Number.MAX_SAFE_INTEGER;
    if (!(number >= bounds.min && number <= max)) {
      const range = bounds.max === undefined ? `of ${bounds.min} or more` : `from ${bounds.min} to ${max}`;
      throw new UsageError(`--${name} takes a whole number ${range}, not "${text}"`);
    }
    return number;
  }

  /** A duration in milliseconds, more than zero. */
  durationMs(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const ms = parseDurationMs(text);
    if (ms === 0) throw new UsageError(`--${name} takes a duration of more than 0, not "${text}"`);
    if (ms === undefined) throw notOfForm(name, DURATION_FORM, text, meantDuration(text));
    return ms;
  }

  /** The same for a time that is waited for: no longer than a timer can. */
  waitMs(name: string): number | undefined {
    const ms = this.durationMs(name);
    if (ms !== undefined && ms > MAX_TIMEOUT_MS) {
      throw new UsageError(`--${name} takes at most 24 days, not "${this.text(name) ?? ''}"`);
    }
    return ms;
  }

  /** How often a second, more than zero. */
  ratePerSecond(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const rate = parseRate(text);
    if (rate === undefined) throw notOfForm(name, RATE_FORM, text, meantRate(text));
    return rate;
  }

  /** A size in bytes within bounds, both included. */
  sizeBytes(name: string, bounds: { readonly min: number; readonly max: number }): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const bytes = parseBytes(text);
    if (bytes === undefined) throw notOfForm(name, BYTES_FORM, text, meantBytes(text));
    if (bytes < bounds.min || bytes > bounds.max) {
      const range = `from ${formatBytes(bounds.min)} to ${formatBytes(bounds.max)}`;
      throw new UsageError(`--${name} takes a size ${range}, not "${text}"`);
    }
    return bytes;
  }

  /** One of a flag's choices. */
  choice<Choice extends string>(name: string, choices: readonly Choice[]): Choice | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const choice = choices.find((candidate) => candidate === text);
    if (choice === undefined) {
      // A choice may have a comma in it (cold,warm).
      const among = choices.join(choices.some((each) => each.includes(',')) ? ' | ' : ', ');
      const guess =
        text.length < 3
          ? undefined
          : (choices.find((each) => each.startsWith(text)) ?? nearest(text, choices));
      throw new UsageError(`--${name} takes ${among}, not "${text}"`, {
        hint: guess === undefined ? undefined : `did you mean --${name} ${guess}?`,
      });
    }
    return choice;
  }

  /**
   * Keys or patterns as bytes. With `--quoted-input` each is a string in double quotes as redis-cli
   * prints it, which is the only way to type bytes that are not UTF-8.
   */
  bytes(texts: readonly string[]): readonly Buffer[] {
    if (!this.on('quoted-input')) return texts.map((text) => Buffer.from(text, 'utf8'));
    return texts.map((text) => {
      const bytes = parseQuoted(text);
      if (bytes === undefined) {
        throw new UsageError(`with --quoted-input, ${text} must be in double quotes`, {
          hint: `quote it for the shell as well: '"user:\\x00\\xff"'`,
        });
      }
      return bytes;
    });
  }
}

function notOfForm(name: string, form: string, text: string, meant: string | undefined): UsageError {
  const hint = meant === undefined ? undefined : `did you mean --${name} ${meant}?`;
  return new UsageError(`--${name} takes ${form}, not "${text}"`, { hint });
}
