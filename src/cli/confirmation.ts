import type { RedisTarget } from '../redis/types.ts';

/**
 * How much a destructive command reaches for. `named`: exactly these keys. `selection`: a pattern, tag
 * or scope. `filters`: conditions alone over the whole keyspace. `everything`: all of it.
 */
export type Reach = 'named' | 'selection' | 'filters' | 'everything';

/** What is done to the keys, as a verb and as its noun in -ing. */
export interface Deed {
  readonly verb: string;
  readonly noun: string;
  /** What of it has to be confirmed on a protected connection, where that is not a selection of keys. */
  readonly object?: string;
}

export const DELETING: Deed = { verb: 'delete', noun: 'deleting' };

/** What was said on the command line, and whether somebody is there to be asked. */
export interface Consent {
  readonly yes: boolean;
  /** The value of `--confirm`. */
  readonly confirm: string | undefined;
  /** stdin and stderr are terminals, and `--no-input` was not given. */
  readonly canAsk: boolean;
}

/** What has to happen before anything is deleted. */
export type ConfirmationStep =
  | { readonly kind: 'proceed' }
  | { readonly kind: 'ask-yes-no' }
  | { readonly kind: 'ask-name'; readonly name: string }
  | { readonly kind: 'refuse'; readonly message: string; readonly hint: string };

/** The product's safety table, as one pure decision. */
export function decideConfirmation(
  reach: Reach,
  target: Pick<RedisTarget, 'name' | 'protected'>,
  consent: Consent,
  deed: Deed = DELETING,
): ConfirmationStep {
  if (consent.confirm !== undefined && consent.confirm !== target.name) {
    return {
      kind: 'refuse',
      message: `--confirm names "${consent.confirm}", and this is ${target.name}`,
      hint: `if ${target.name} is meant: --confirm ${target.name}`,
    };
  }
  if (reach === 'named') return { kind: 'proceed' };
  if (reach === 'everything' || target.protected) {
    if (consent.confirm !== undefined) return { kind: 'proceed' };
    if (consent.canAsk) return { kind: 'ask-name', name: target.name };
    return {
      kind: 'refuse',
      message:
        reach === 'everything'
          ? `this would ${deed.verb} everything on ${target.name}`
          : `${target.name} is protected: ${deed.noun} ${deed.object ?? 'by pattern, tag, scope or filter'} must be confirmed`,
      hint: `say which one is meant: --confirm ${target.name}`,
    };
  }
  if (consent.yes || consent.confirm !== undefined) return { kind: 'proceed' };
  if (consent.canAsk) return { kind: 'ask-yes-no' };
  if (reach === 'selection') return { kind: 'proceed' };
  return {
    kind: 'refuse',
    message: `this would ${deed.verb} keys of the whole keyspace by conditions alone`,
    hint: 'if that is meant, say --yes',
  };
}
