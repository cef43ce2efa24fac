import type { VariableSource, Variables } from './source.ts';

/** The values of a list as they stand, one variable each. */
export function listSource(values: readonly string[], as: string): VariableSource {
  return {
    *values(): Iterable<Variables> {
      for (const value of values) yield { [as]: value };
    },
  };
}
