import type { SourceRow, VariableSource } from './source.ts';

/** Every record of the first source with every record of the others; the last source turns fastest. */
export function productSource(first: VariableSource, ...others: readonly VariableSource[]): VariableSource {
  const [second, ...rest] = others;
  if (second === undefined) return first;
  const inner = productSource(second, ...rest);
  return {
    async *rows(): AsyncIterable<SourceRow> {
      for await (const outer of first.rows()) {
        for await (const row of inner.rows()) {
          yield { ...outer, ...row, variables: { ...outer.variables, ...row.variables } };
        }
      }
    },
  };
}
