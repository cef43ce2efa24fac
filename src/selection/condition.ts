import { UsageError } from '../cli/errors.ts';
import { BYTES_FORM, meantBytes, parseBytes } from '../units/bytes.ts';
import { DURATION_FORM, meantDuration, parseDurationMs } from '../units/duration.ts';

/** A bound on a number. */
export interface Comparison {
  readonly operator: '<' | '<=' | '>' | '>=';
  readonly value: number;
  /** As it was written. */
  readonly text: string;
}

/** `none` is a key that never expires; a comparison, in milliseconds, only holds for one that does. */
export type TtlCondition = { readonly kind: 'none' } | { readonly kind: 'left'; readonly ms: Comparison };

/** Whether a number is within the bound. */
export function holds({ operator, value }: Comparison, number: number): boolean {
  switch (operator) {
    case '<':
      return number < value;
    case '<=':
      return number <= value;
    case '>':
      return number > value;
    case '>=':
      return number >= value;
  }
}

/** Whether a life fits; `undefined` is a key that never expires. */
export function ttlHolds(condition: TtlCondition, ttlMs: number | undefined): boolean {
  if (condition.kind === 'none') return ttlMs === undefined;
  return ttlMs !== undefined && holds(condition.ms, ttlMs);
}

/** @throws UsageError */
export function parseTtlCondition(text: string): TtlCondition {
  if (text.trim() === 'none') return { kind: 'none' };
  const form = `none, or < or > and ${DURATION_FORM}`;
  return { kind: 'left', ms: parseComparison('ttl', text, parseDurationMs, meantDuration, form) };
}

/** Seconds. @throws UsageError */
export function parseIdleCondition(text: string): Comparison {
  const seconds = (duration: string): number | undefined => {
    const ms = parseDurationMs(duration);
    return ms === undefined ? undefined : ms / 1_000;
  };
  return parseComparison('idle', text, seconds, meantDuration, `< or > and ${DURATION_FORM}`);
}

/** Bytes. @throws UsageError */
export function parseSizeCondition(text: string): Comparison {
  return parseComparison('size', text, parseBytes, meantBytes, `< or > and ${BYTES_FORM}`);
}

function parseComparison(
  flag: string,
  text: string,
  parse: (amount: string) => number | undefined,
  guess: (amount: string) => string | undefined,
  form: string,
): Comparison {
  const match = /^\s*(<=|>=|<|>)\s*(.*)$/s.exec(text);
  const value = match?.[2] === undefined ? undefined : parse(match[2]);
  const operator = match?.[1];
  if (value === undefined || !isOperator(operator)) {
    const meant = guess(match?.[2] ?? '');
    throw new UsageError(`--${flag} takes ${form}, not "${text}"`, {
      hint:
        meant !== undefined
          ? `did you mean --${flag} '${operator}${meant}'?`
          : `quote it, because < and > mean something to a shell: --${flag} '>${flag === 'size' ? '1MB' : '1h'}'`,
    });
  }
  return { operator, value, text: text.trim() };
}

function isOperator(text: string | undefined): text is Comparison['operator'] {
  return text === '<' || text === '<=' || text === '>' || text === '>=';
}
