import type { Share } from './arrivals.ts';
import type { Random } from './random.ts';

/** Which target comes next. */
export type Popularity =
  /** One after the other. */
  | { readonly kind: 'turns' }
  | { readonly kind: 'uniform' }
  /** The n-th target is asked for in proportion to 1/n^s: a few are most of the traffic. */
  | { readonly kind: 'zipf'; readonly exponent: number }
  /** The first `shareOfTargets` get `shareOfRequests` of all requests; both from 0 to 1. */
  | { readonly kind: 'hotspot'; readonly shareOfRequests: number; readonly shareOfTargets: number }
  /** As a log or the command line says, target by target; not all zero. */
  | { readonly kind: 'weights'; readonly weights: readonly number[] };

/** Gives the index of the next target. */
export type Choose = () => number;

/** @param count of targets, at least 1 */
export function chooser(popularity: Popularity, count: number, random: Random, share: Share): Choose {
  switch (popularity.kind) {
    case 'turns': {
      let next = share.index;
      return () => {
        const index = next % count;
        next = index + share.of;
        return index;
      };
    }
    case 'uniform':
      return () => Math.floor(random() * count);
    case 'hotspot': {
      const hot = Math.min(count, Math.max(1, Math.round(count * popularity.shareOfTargets)));
      return () =>
        hot === count || random() < popularity.shareOfRequests
          ? Math.floor(random() * hot)
          : hot + Math.floor(random() * (count - hot));
    }
    case 'zipf':
      return weighted(
        Array.from({ length: count }, (_, index) => (index + 1) ** -popularity.exponent),
        random,
      );
    case 'weights':
      return weighted(popularity.weights, random);
  }
}

/** Vose's alias method: one table, and one look into it however many targets there are. */
function weighted(weights: readonly number[], random: Random): Choose {
  const count = weights.length;
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const scaled = Float64Array.from(weights, (weight) => (weight * count) / sum);
  const alias = new Uint32Array(count);
  const small: number[] = [];
  const large: number[] = [];
  for (const [index, weight] of scaled.entries()) (weight < 1 ? small : large).push(index);
  for (let low = small.pop(); low !== undefined; low = small.pop()) {
    const high = large.pop();
    if (high === undefined) {
      // Left over by rounding alone.
      scaled[low] = 1;
      continue;
    }
    alias[low] = high;
    const rest = (scaled[high] ?? 0) - (1 - (scaled[low] ?? 0));
    scaled[high] = rest;
    (rest < 1 ? small : large).push(high);
  }
  for (const index of large) scaled[index] = 1;
  return () => {
    const place = random() * count;
    const index = Math.min(count - 1, Math.floor(place));
    return place - index < (scaled[index] ?? 1) ? index : (alias[index] ?? index);
  };
}
