import type { PhaseHits } from './report.ts';

/** What Redis counted for one endpoint, asked once with an empty cache and once with a full one. */
export interface EndpointHits {
  readonly cold: PhaseHits;
  readonly warm: PhaseHits;
}

/** How the endpoints are asked. */
export interface HitSteps {
  readonly clear: () => Promise<void>;
  readonly fill: () => Promise<void>;
  /** Sends one request to the n-th endpoint; `undefined` where Redis could not be asked. */
  readonly ask: (index: number) => Promise<PhaseHits | undefined>;
  readonly isOver: () => boolean;
}

/**
 * Hits and misses of each endpoint. Redis counts for all of its clients together, so each endpoint is asked alone, after
 * the measurement: neither the figures nor the load know of it.
 * @param count of endpoints
 */
export async function hitsByEndpoint(
  count: number,
  { clear, fill, ask, isOver }: HitSteps,
): Promise<readonly (EndpointHits | undefined)[]> {
  const askAll = async (): Promise<readonly (PhaseHits | undefined)[]> => {
    const all: (PhaseHits | undefined)[] = [];
    for (let index = 0; index < count && !isOver(); index++) all.push(await ask(index));
    return all;
  };
  await clear();
  const cold = await askAll();
  if (isOver()) return [];
  await fill();
  const warm = await askAll();
  return Array.from({ length: count }, (_, index) => {
    const [before, after] = [cold[index], warm[index]];
    return before === undefined || after === undefined ? undefined : { cold: before, warm: after };
  });
}

/** Several endpoints as one; `undefined` where none was counted. */
export function sumOfHits(all: readonly (EndpointHits | undefined)[]): EndpointHits | undefined {
  const counted = all.filter((hits) => hits !== undefined);
  if (counted.length === 0) return undefined;
  const sum = (phases: readonly PhaseHits[]): PhaseHits => ({
    hits: phases.reduce((total, { hits }) => total + hits, 0),
    misses: phases.reduce((total, { misses }) => total + misses, 0),
  });
  return { cold: sum(counted.map(({ cold }) => cold)), warm: sum(counted.map(({ warm }) => warm)) };
}
