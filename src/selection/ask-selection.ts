import type { Context } from '../cli/context.ts';
import type { Input } from '../cli/input.ts';
import { looksLikePattern } from '../keys/pattern.ts';
import { hasSelection } from './parse.ts';

/**
 * Where a command line says nothing about which keys, and somebody is there: asks. A word with a wildcard is a pattern, any
 * other an exact key; what it would do is shown, and asked about, as if it had been typed.
 */
export async function askSelection(
  input: Input,
  context: Pick<Context, 'canAsk' | 'prompter'>,
  verb: string,
): Promise<Input> {
  if (!context.canAsk || hasSelection(input)) return input;
  const words = (
    await context.prompter.text(`Which keys to ${verb}? Keys, or a pattern such as user:* (Enter: none)`)
  )
    .split(/\s+/)
    .filter((word) => word !== '');
  const patterns = words.filter(looksLikePattern);
  return input.with(
    words.filter((word) => !looksLikePattern(word)),
    patterns.length === 0 ? [] : [['pattern', patterns]],
  );
}
