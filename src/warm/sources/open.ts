import type { ForeachSpec } from '../../config/foreach.ts';
import { createBind } from './bind.ts';
import { listSource } from './inline.ts';
import { productSource } from './product.ts';
import { rangeSource } from './range.ts';
import { SINGLE_SOURCE, type SourceTools, type VariableSource } from './source.ts';

/**
 * Opens the sources of an entry: the product of all of them. What a kind of source needs is loaded with it.
 * @throws CachectlError `origin.*`, `redis.*` or `source.*` where one gives no values
 */
export async function openSources(
  sources: readonly ForeachSpec[] | undefined,
  tools: SourceTools,
): Promise<VariableSource> {
  const opened: VariableSource[] = [];
  for (const source of sources ?? []) opened.push(await openSource(source, tools));
  const [first = SINGLE_SOURCE, ...others] = opened;
  return productSource(first, ...others);
}

async function openSource(foreach: ForeachSpec, tools: SourceTools): Promise<VariableSource> {
  switch (foreach.from) {
    case 'inline':
      return listSource(foreach.values, await createBind(foreach.as, { what: 'the list' }));
    case 'range':
      return rangeSource(foreach);
    case 'file':
      return (await import('./file.ts')).openFileSource(foreach, tools);
    case 'http':
      return (await import('./http.ts')).openHttpSource(foreach, tools);
    case 'redis':
      return (await import('./redis.ts')).openRedisSource(foreach, tools);
    case 'sitemap':
      return (await import('./sitemap.ts')).openSitemapSource(foreach, tools);
    case 'access_log':
      return (await import('./access-log.ts')).openAccessLogSource(foreach, tools);
  }
}
