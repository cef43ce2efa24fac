import type { InlineRecord } from '../../config/foreach.ts';
import type { Bind } from './bind.ts';
import type { SourceRow, VariableSource } from './source.ts';

/** The records of a list as they stand. */
export function listSource(values: readonly InlineRecord[], bind: Bind | string): VariableSource {
  const variables = typeof bind === 'string' ? (value: unknown) => ({ [bind]: String(value) }) : bind;
  return {
    *rows(): Iterable<SourceRow> {
      for (const value of values) yield { variables: variables(value) };
    },
  };
}
