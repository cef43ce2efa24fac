import type { RangeForeach } from '../../config/foreach.ts';
import type { SourceRow, VariableSource } from './source.ts';

/** The whole numbers from `start` to `end`, both included, `step` apart. */
export function rangeSource(range: RangeForeach): VariableSource {
  return {
    *rows(): Iterable<SourceRow> {
      const { start, end, step, as } = range;
      for (let value = start; step > 0 ? value <= end : value >= end; value += step) {
        yield { variables: { [as]: String(value) } };
      }
    },
  };
}
