import type { ForeachSpec } from '../../config/spec.ts';
import { openHttpSource, type AskOrigin } from './http.ts';
import { listSource } from './inline.ts';
import { rangeSource } from './range.ts';
import { SINGLE_SOURCE, type VariableSource } from './source.ts';

/**
 * Opens the source of an entry; only `http` has an effect.
 * @throws CachectlError where the origin gives no values
 */
export async function openSource(foreach: ForeachSpec | undefined, ask: AskOrigin): Promise<VariableSource> {
  if (foreach === undefined) return SINGLE_SOURCE;
  switch (foreach.from) {
    case 'inline':
      return listSource(foreach.values, foreach.as);
    case 'range':
      return rangeSource(foreach);
    case 'http':
      return openHttpSource(foreach, ask);
  }
}
