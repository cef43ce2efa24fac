import type { ForeachSpec } from '../../config/spec.ts';
import type { VariableSource, Variables } from './source.ts';

/** The whole numbers from `start` to `end`, both included, `step` apart. */
export function rangeSource(range: Extract<ForeachSpec, { from: 'range' }>): VariableSource {
  return {
    *values(): Iterable<Variables> {
      const { start, end, step, as } = range;
      for (let value = start; step > 0 ? value <= end : value >= end; value += step)
        yield { [as]: String(value) };
    },
  };
}
