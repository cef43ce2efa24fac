/** What is done to the life of each key. Durations in milliseconds. */
export type LifeChange =
  | {
      readonly kind: 'set';
      readonly ms: number;
      /** Fraction from 0 to 1 by which it may differ either way. */
      readonly jitter: number;
      readonly onlyMissing: boolean;
    }
  | { readonly kind: 'extend'; readonly ms: number }
  | { readonly kind: 'cap'; readonly ms: number }
  | { readonly kind: 'persist' };

/** What becomes of one key. */
export type NewLife =
  | { readonly kind: 'keep' }
  | { readonly kind: 'forever' }
  /** Milliseconds, whole, at least 1. */
  | { readonly kind: 'expire'; readonly ms: number };

/**
 * The new life of a key.
 * @param ttlMs what is left; `undefined` where it never expires
 * @param random uniform in [0, 1)
 */
export function newLife(change: LifeChange, ttlMs: number | undefined, random: number): NewLife {
  switch (change.kind) {
    case 'set':
      if (change.onlyMissing && ttlMs !== undefined) return { kind: 'keep' };
      return expire(change.ms * (1 + change.jitter * (2 * random - 1)));
    case 'extend':
      return ttlMs === undefined ? { kind: 'keep' } : expire(ttlMs + change.ms);
    case 'cap':
      return ttlMs !== undefined && ttlMs <= change.ms ? { kind: 'keep' } : expire(change.ms);
    case 'persist':
      return ttlMs === undefined ? { kind: 'keep' } : { kind: 'forever' };
  }
}

function expire(ms: number): NewLife {
  return { kind: 'expire', ms: Math.max(1, Math.round(ms)) };
}

/**
 * The condition under which the server may still make the change, so that what a writer did in the moment
 * between goes before: NX only where there is no expiry, LT only shorter, GT only longer. Since Redis 7.
 */
export function guardOf(change: LifeChange): string | undefined {
  switch (change.kind) {
    case 'set':
      return change.onlyMissing ? 'NX' : undefined;
    case 'extend':
      return 'GT';
    case 'cap':
      return 'LT';
    case 'persist':
      return undefined;
  }
}
