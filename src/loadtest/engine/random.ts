/** Uniform in [0, 1), and the same sequence for the same seed on every machine. */
export type Random = () => number;

/**
 * Mulberry32: small and fast, and good enough to choose targets and moments with.
 * @param seed a whole number, of which the lower 32 bits count
 * @param stream tells sequences of the same seed apart: one for each thread and purpose
 */
export function seededRandom(seed: number, stream = 0): Random {
  let state = (Math.imul(stream + 1, 0x9e3779b9) ^ seed) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
