import { UsageError } from '../../cli/errors.ts';
import type { Context } from '../../cli/context.ts';
import { PRODUCT_DEFAULTS } from '../../config/spec.ts';
import { escapeText } from '../../keys/printable.ts';
import { nearest } from '../../text/nearest.ts';
import { withAutomaticHeaders } from '../../origin/request-headers.ts';
import { requestUrl } from '../../warm/build-target.ts';
import type { Target } from '../../warm/target.ts';
import type { TargetOptions } from '../options.ts';
import { readAddress, type WebAddress } from './address.ts';
import { nameEndpoints, urlOf, type Endpoint } from './endpoint.ts';
import type { LoadTarget } from './load-target.ts';
import type { ListedRequest } from './request-list.ts';
import { readRequests } from './requests-file.ts';

/**
 * Everything that load is put on, in the order in which it was named: scopes, addresses, a file's requests.
 * @param entries of the scopes
 * @throws UsageError, CachectlError where a file cannot be read
 */
export async function loadTargets(
  options: TargetOptions,
  entries: readonly Target[],
  context: Pick<Context, 'host' | 'spec' | 'messages' | 'signal'>,
): Promise<readonly LoadTarget[]> {
  const { requestsFrom, addresses } = options;
  const defaultTimeoutMs = context.spec?.spec.defaults.timeoutMs ?? PRODUCT_DEFAULTS.timeoutMs;
  const timeoutMs = options.timeoutMs ?? defaultTimeoutMs;
  const listed =
    requestsFrom === undefined
      ? []
      : await readRequests(requestsFrom, options.limit, {
          cwd: context.host.cwd,
          warn: context.messages.warn,
          signal: context.signal,
        });
  // Beside a file of paths, one address says where they are.
  const base = baseOf(listed, addresses, context);
  const own = base?.isAddress === true ? [] : addresses;
  const weights = new Map<Endpoint, number>();
  const fromFile = listed.map((request): Endpoint => {
    const endpoint = listedEndpoint(request, base);
    if (request.weight !== undefined) weights.set(endpoint, request.weight);
    return endpoint;
  });
  const endpoints = [...nameEndpoints(entries, own), ...fromFile];
  refuseUnknownWeights(options.weights, endpoints);
  return endpoints.map((endpoint): LoadTarget => ({
    endpoint,
    headers: withAutomaticHeaders(
      endpoint.kind === 'entry' ? endpoint.target.headers : endpoint.address.headers,
    ),
    timeoutMs: endpoint.kind === 'entry' ? (options.timeoutMs ?? endpoint.target.timeoutMs) : timeoutMs,
    weight: weights.get(endpoint) ?? weightOf(endpoint, options.weights),
  }));
}

interface Base {
  readonly address: WebAddress;
  readonly isAddress: boolean;
}

/** Where the paths of a file are: the one address of the command line, or the spec file's origin. */
function baseOf(
  listed: readonly ListedRequest[],
  addresses: readonly WebAddress[],
  { spec }: Pick<Context, 'spec'>,
): Base | undefined {
  if (!listed.some(({ target }) => target.startsWith('/'))) return undefined;
  const [address, ...others] = addresses;
  if (address !== undefined && others.length === 0) return { address, isAddress: true };
  const origin = spec?.spec.origin;
  if (address === undefined && origin !== undefined) {
    return { address: { url: origin.baseUrl, headers: origin.headers }, isAddress: false };
  }
  throw new UsageError('the file has paths, and nothing says of which application', {
    hint: 'name it with one --url http://host:port, or with origin.base_url in a spec file',
  });
}

function listedEndpoint({ target, headers }: ListedRequest, base: Base | undefined): Endpoint {
  if (target.startsWith('/') && base !== undefined) {
    const url = requestUrl(base.address.url.replace(/\/+$/, ''), target);
    return {
      kind: 'address',
      label: escapeText(target),
      address: { url, headers: { ...base.address.headers, ...headers } },
    };
  }
  const address = readAddress(target);
  if (address === undefined) throw new UsageError(`${escapeText(target)} is not a web address`);
  const [endpoint] = nameEndpoints([], [{ url: address.url, headers: { ...address.headers, ...headers } }]);
  if (endpoint === undefined) throw new Error('an address without a name');
  return endpoint;
}

/** What `--weight` may call an endpoint, the most exact name first. */
function namesOf(endpoint: Endpoint): readonly string[] {
  const url = urlOf(endpoint);
  const { pathname, search } = new URL(url);
  return [url, pathname + search, ...(endpoint.kind === 'entry' ? [endpoint.target.scope] : [])];
}

function weightOf(endpoint: Endpoint, weights: ReadonlyMap<string, number>): number | undefined {
  if (weights.size === 0) return undefined;
  const name = namesOf(endpoint).find((each) => weights.has(each));
  return name === undefined ? 1 : weights.get(name);
}

/** @throws UsageError for a weight of nothing that is requested */
function refuseUnknownWeights(weights: ReadonlyMap<string, number>, endpoints: readonly Endpoint[]): void {
  if (weights.size === 0) return;
  const known = new Set(endpoints.flatMap(namesOf));
  const unknown = [...weights.keys()].find((name) => !known.has(name));
  if (unknown === undefined) return;
  const guess = nearest(unknown, known);
  throw new UsageError(`--weight ${escapeText(unknown)}: nothing of that name is requested`, {
    hint:
      guess === undefined
        ? 'the name is a scope, a path with its query, or an address'
        : `did you mean ${escapeText(guess)}?`,
  });
}
