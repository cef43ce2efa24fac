import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { readHeaderList } from '../keys/django/header-list.ts';
import {
  headerListPattern,
  pageKeys,
  pagePatterns,
  parseHeaderListKey,
  type PageAddress,
} from '../keys/django/page-keys.ts';
import type { Layout } from '../keys/layout.ts';
import { printableKey } from '../keys/printable.ts';
import type { RedisReply } from '../redis/types.ts';
import type { Address } from './address.ts';
import type { AddressTools, ResolvedAddresses } from './resolve.ts';

type ViewAddress = Extract<Address, { readonly kind: 'django-view' }>;
type ResolvedView = Pick<ResolvedAddresses, 'keys' | 'patterns' | 'notes'>;

/** What Django keeps pages of: no other method is ever cached. */
const CACHED_METHODS = ['GET', 'HEAD'];

/**
 * The keys of a page. Without headers all its variants by pattern, with the header lists where no method
 * is named either. With headers, the page for exactly these: the stored header list says which of them
 * count, and the key is computed in every way that releases of Django do.
 */
export async function resolveDjangoView(
  view: ViewAddress,
  tools: AddressTools,
  layout: Layout,
): Promise<ResolvedView> {
  const known = layout.spec.type === 'django' ? layout.spec : {};
  const page: PageAddress = { uri: view.uri, methods: view.methods, known };
  if (view.headers === undefined) {
    const logical = [...pagePatterns(page), ...(view.methods.length === 0 ? [headerListPattern(page)] : [])];
    return {
      keys: [],
      patterns: logical.flatMap((pattern) => layout.toPhysicalPatterns(pattern)),
      notes: [],
    };
  }
  const lists = await findHeaderLists(page, tools, layout);
  const methods = view.methods.length === 0 ? CACHED_METHODS : view.methods;
  const keys: Buffer[] = [];
  const absent = new Set<string>();
  for (const { physical, names } of lists) {
    const logical = layout.toLogical(physical);
    const parts = logical && parseHeaderListKey(logical.toString('utf8'));
    if (logical === undefined || parts === undefined) continue;
    const prefix = physical.subarray(0, physical.length - logical.length);
    for (const key of pageKeys(parts, methods, names, view.headers)) keys.push(Buffer.concat([prefix, key]));
    for (const name of names) if (!view.headers.has(name)) absent.add(name);
  }
  return { keys, patterns: [], notes: notesOf(view, lists, absent) };
}

interface HeaderList {
  readonly physical: Buffer;
  readonly names: readonly string[];
}

async function findHeaderLists(
  page: PageAddress,
  tools: AddressTools,
  layout: Layout,
): Promise<readonly HeaderList[]> {
  const client = await tools.redis();
  const lists = new Map<string, HeaderList>();
  for (const pattern of layout.toPhysicalPatterns(headerListPattern(page))) {
    const walk = client.walk({ pattern, reading: true }, tools.signal, ({ error }) => {
      throw error;
    });
    for await (const { node, keys } of walk) {
      const replies = await node.pipeline(keys.map((key) => ['GET', key]));
      for (const [index, physical] of keys.entries()) {
        const names = namesOf(replies[index], physical);
        if (names !== undefined) lists.set(physical.toString('latin1'), { physical, names });
      }
    }
  }
  return [...lists.values()];
}

function namesOf(reply: RedisReply | CachectlError | undefined, key: Buffer): readonly string[] | undefined {
  if (reply instanceof CachectlError) throw reply;
  // Expired between SCAN and GET.
  if (!Buffer.isBuffer(reply)) return undefined;
  const names = readHeaderList(reply);
  if (names === undefined) {
    throw new CachectlError(`the header list ${printableKey(key)} cannot be read`, {
      code: 'address.header-list',
      exitCode: ExitCode.partial,
      hint: 'without --header all variants of the page are selected',
    });
  }
  return names;
}

function notesOf(
  view: ViewAddress,
  lists: readonly HeaderList[],
  absent: ReadonlySet<string>,
): readonly string[] {
  if (lists.length === 0) {
    return [
      `Django has no header list for ${view.uri}: it has not cached the page under this scheme, host and port, or it has expired`,
    ];
  }
  if (absent.size === 0) return [];
  const names = [...absent].map(headerName).sort().join(', ');
  return [`the page varies by ${names} too: only answers to requests without it are selected`];
}

/** `HTTP_X_TENANT` as `X-Tenant`. */
function headerName(meta: string): string {
  return meta
    .replace(/^HTTP_/, '')
    .toLowerCase()
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('-');
}
