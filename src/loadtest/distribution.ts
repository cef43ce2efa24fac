import { UsageError } from '../cli/errors.ts';
import type { Popularity } from './engine/popularity.ts';

const FORM = 'turns, uniform, zipf:1.1 (the exponent) or hotspot:90/10 (90 % of requests to 10 % of targets)';

/**
 * Reads which targets are asked for how often.
 * @throws UsageError where it is none
 */
export function parseDistribution(text: string): Exclude<Popularity, { kind: 'weights' }> {
  if (text === 'turns' || text === 'uniform') return { kind: text };
  const zipf = /^zipf:(\d+(?:\.\d+)?)$/.exec(text)?.[1];
  if (zipf !== undefined && Number(zipf) <= 10) return { kind: 'zipf', exponent: Number(zipf) };
  const [, requests, targets] = /^hotspot:(\d+(?:\.\d+)?)\/(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  const [shareOfRequests, shareOfTargets] = [Number(requests) / 100, Number(targets) / 100];
  if (shareOfRequests <= 1 && shareOfTargets > 0 && shareOfTargets <= 1) {
    return { kind: 'hotspot', shareOfRequests, shareOfTargets };
  }
  throw new UsageError(`--distribution takes ${FORM}, not "${text}"`);
}

/** A distribution as it is written. */
export function distributionText(popularity: Popularity): string {
  switch (popularity.kind) {
    case 'zipf':
      return `zipf:${popularity.exponent}`;
    case 'hotspot':
      return `hotspot:${rounded(popularity.shareOfRequests)}/${rounded(popularity.shareOfTargets)}`;
    case 'turns':
    case 'uniform':
    case 'weights':
      return popularity.kind;
  }
}

function rounded(share: number): number {
  return Number((share * 100).toFixed(6));
}
