import type { Layout } from '../keys/layout.ts';
import { djangoFragmentKeys, djangoSessionKeys } from '../keys/django/fragment-key.ts';
import { springCachePattern } from '../keys/layout/spring.ts';
import { wordpressGroupPattern } from '../keys/layout/wordpress.ts';
import type { RedisClient } from '../redis/types.ts';
import type { Address } from './address.ts';
import { resolveDjangoView } from './django-view.ts';
import { laravelTagMembers, symfonyTagMembers, type TagMembers } from './tag-members.ts';

/** Framework addresses in Redis' terms. */
export interface ResolvedAddresses {
  /** Physical keys; some of them may not exist, where releases of a framework compute them differently. */
  readonly keys: readonly Buffer[];
  /** Globs over physical keys. */
  readonly patterns: readonly Buffer[];
  /** Keys that only sets in Redis know, however many. */
  readonly members: readonly TagMembers[];
  /** What whoever asked should know, a sentence each. */
  readonly notes: readonly string[];
}

/** Where addresses are looked up; Redis is opened only where an address needs it. */
export interface AddressTools {
  readonly redis: () => Promise<RedisClient>;
  readonly signal: AbortSignal;
}

/**
 * Finds out which keys framework addresses mean.
 * @param layout the addresses' own, as `chooseLayout` makes sure
 * @throws CachectlError where Redis has to be asked and cannot
 */
export async function resolveAddresses(
  addresses: readonly Address[],
  tools: AddressTools,
  layout: Layout,
): Promise<ResolvedAddresses> {
  const found: ResolvedAddresses[] = [];
  for (const address of addresses) found.push(await resolveAddress(address, tools, layout));
  const unique = (lists: readonly (readonly Buffer[])[]): readonly Buffer[] => [
    ...new Map(lists.flat().map((key) => [key.toString('latin1'), key])).values(),
  ];
  return {
    keys: unique(found.map(({ keys }) => keys)),
    patterns: unique(found.map(({ patterns }) => patterns)),
    members: found.flatMap(({ members }) => members),
    notes: found.flatMap(({ notes }) => notes),
  };
}

const NOTHING: ResolvedAddresses = { keys: [], patterns: [], members: [], notes: [] };

async function resolveAddress(
  address: Address,
  tools: AddressTools,
  layout: Layout,
): Promise<ResolvedAddresses> {
  const physical = (logical: readonly Buffer[]): ResolvedAddresses => ({
    ...NOTHING,
    keys: logical.flatMap((key) => layout.toPhysicalKeys(key)),
  });
  switch (address.kind) {
    case 'django-view':
      return { ...NOTHING, ...(await resolveDjangoView(address, tools, layout)) };
    case 'django-fragment':
      return physical(djangoFragmentKeys(address.name, address.vary));
    case 'django-session':
      return physical(djangoSessionKeys(address.id));
    case 'rails-key':
      return physical([Buffer.from(address.key, 'utf8')]);
    case 'spring-cache':
      return { ...NOTHING, patterns: layout.toPhysicalPatterns(springCachePattern(address.name)) };
    case 'wordpress-group':
      return { ...NOTHING, patterns: layout.toPhysicalPatterns(wordpressGroupPattern(address.name)) };
    case 'laravel-tag':
      return { ...NOTHING, members: laravelTagMembers(address.name, tools, layout) };
    case 'symfony-tag':
      return { ...NOTHING, members: symfonyTagMembers(address.name, tools, layout) };
  }
}
