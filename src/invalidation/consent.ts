import type { Context } from '../cli/context.ts';
import type { Reach } from '../cli/confirmation.ts';
import { matchesEverything } from '../keys/pattern.ts';
import { actionLine, type Action } from './action.ts';
import type { Agreement } from './carry-out.ts';

/** How far actions reach: as the furthest of what they clear or raise. */
export function reachOfActions(actions: readonly Action[]): Reach {
  const reaches = actions.map((action): Reach => {
    if (action.kind === 'bump') return 'selection';
    if (action.kind !== 'clear') return 'named';
    const patterns = textsOf(action.flags.get('pattern'));
    if (patterns.some((pattern) => matchesEverything(Buffer.from(pattern)))) return 'everything';
    return patterns.length > 0 || action.flags.has('tag') ? 'selection' : 'named';
  });
  return reaches.includes('everything')
    ? 'everything'
    : reaches.includes('selection')
      ? 'selection'
      : 'named';
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

/**
 * Asks once for all actions together, where the safety table wants somebody to be asked; the commands that
 * they are made of then ask no more.
 * @throws CachectlError (exit 7) where the consent is not given
 */
export async function agreeOn(
  actions: readonly Action[],
  said: Agreement,
  context: Context,
): Promise<Agreement> {
  if (!actions.some(({ kind }) => kind === 'clear' || kind === 'bump')) return said;
  const reach = reachOfActions(actions);
  await context.confirm({
    reach,
    ...said,
    deed: { verb: 'invalidate', noun: 'invalidating' },
    preview: () =>
      Promise.resolve(['This would run:', ...actions.map((action) => `  ${actionLine(action)}`)]),
  });
  const { target } = await context.redis();
  const byName = reach === 'everything' || target.protected;
  return { yes: true, confirm: said.confirm ?? (byName ? target.name : undefined) };
}
