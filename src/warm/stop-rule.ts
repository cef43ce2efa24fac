import { UsageError } from '../cli/errors.ts';
import { parsePercent } from '../units/number.ts';

/** How many failures end a run before its end. */
export type StopRule =
  | { readonly kind: 'never' }
  | { readonly kind: 'count'; readonly most: number }
  | { readonly kind: 'share'; readonly most: number };

/** A share of a few says nothing: two failures of the first three are no two thirds of all. */
const FEWEST_FOR_SHARE = 50;

/** Reads `--max-failures 10%` or `--max-failures 25`. @throws UsageError */
export function parseMaxFailures(text: string): StopRule {
  const share = parsePercent(text);
  if (share !== undefined) return { kind: 'share', most: share };
  if (/^\d{1,9}$/.test(text.trim())) return { kind: 'count', most: Number(text) };
  throw new UsageError(`--max-failures takes a number or a percentage such as 10%, not "${text}"`);
}

/**
 * Whether there are more failures than a run may have.
 * @param planned all targets, where they are known: then a share is one of all of them, otherwise of those done
 */
export function isTooMany(
  rule: StopRule,
  failed: number,
  done: number,
  planned: number | undefined,
): boolean {
  switch (rule.kind) {
    case 'never':
      return false;
    case 'count':
      return failed > rule.most;
    case 'share':
      return planned === undefined
        ? done >= FEWEST_FOR_SHARE && failed > done * rule.most
        : failed > planned * rule.most;
  }
}

/** The rule in words, for reports. */
export function describeRule(rule: StopRule): string {
  switch (rule.kind) {
    case 'never':
      return '';
    case 'count':
      return rule.most === 0 ? 'the first failure' : `more than ${rule.most} failures`;
    case 'share':
      return `more than ${Number((rule.most * 100).toFixed(2))}% failed`;
  }
}
