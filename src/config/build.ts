import { buildConnection } from './connection.ts';
import { buildFill } from './build-fill.ts';
import { buildForeach } from './build-foreach.ts';
import { buildLayout } from './layout.ts';
import { buildRule } from './build-rule.ts';
import { buildNamespace } from './namespaces.ts';
import type { EntryFile, SpecFile } from './schema.ts';
import {
  mapEntries,
  mapRecord,
  nodeAt,
  scalarTexts,
  textRecord,
  type SourceNode,
  type SourcePath,
} from './source-tree.ts';
import {
  DEFAULT_LAYOUT,
  PRODUCT_DEFAULTS,
  type DefaultsSpec,
  type EntrySpec,
  type ScopeSpec,
  type Spec,
} from './spec.ts';
import { resolveTtlSeconds } from './ttl.ts';
import { parseRate } from '../units/rate.ts';

/**
 * The resolved spec of a file without mistakes.
 * @param root the same file as a tree: numbers in lists and headers keep the text they were written as
 */
export function buildSpec(file: SpecFile, root: SourceNode): Spec {
  const ttlClasses = mapRecord(file.ttl_classes, (seconds) => seconds);
  const defaults = buildDefaults(file.defaults, ttlClasses);
  return {
    version: 1,
    connections: mapRecord(file.connections, buildConnection),
    layout: file.layout ? buildLayout(file.layout) : DEFAULT_LAYOUT,
    ...(file.origin && {
      origin: {
        baseUrl: file.origin.base_url,
        headers: textRecord(nodeAt(root, ['origin', 'headers'])),
        ...(file.origin.allowed_hosts && {
          allowedHosts: file.origin.allowed_hosts.map((host) => host.toLowerCase()),
        }),
      },
    }),
    ttlClasses,
    defaults,
    ...(file.audit !== undefined && { audit: file.audit }),
    ...(file.groups && {
      groups: Object.entries(file.groups).map(([name, patterns]) => ({ name, patterns: [patterns].flat() })),
    }),
    ...(file.budgets && {
      budgets: file.budgets.map((text, index) => ({
        text,
        line: nodeAt(root, ['budgets', index])?.line ?? 1,
      })),
    }),
    namespaces: mapRecord(file.namespaces, buildNamespace),
    scopes: mapRecord(file.scopes, (scope, name): ScopeSpec => ({
      name,
      ...(scope.description !== undefined && { description: scope.description }),
      ...(scope.limit !== undefined && { limit: scope.limit }),
      ...(scope.priority !== undefined && { priority: scope.priority }),
      ...(scope.depends_on && { dependsOn: scope.depends_on }),
      ...(scope.exclude && { exclude: scope.exclude }),
      entries: scope.entries.map((entry, index) =>
        buildEntry(entry, ['scopes', name, 'entries', index], root, ttlClasses, defaults),
      ),
    })),
    ...(file.invalidation && {
      invalidation: mapRecord(file.invalidation, (rule, name) =>
        buildRule(rule, name, nodeAt(root, ['invalidation', name])),
      ),
    }),
  };
}

function buildDefaults(
  file: SpecFile['defaults'],
  ttlClasses: Readonly<Record<string, number>>,
): DefaultsSpec {
  const ttl = file?.ttl === undefined ? undefined : resolveTtlSeconds(file.ttl, ttlClasses);
  return {
    ttlSeconds: ttl ?? PRODUCT_DEFAULTS.ttlSeconds,
    ttlJitter: file?.ttl_jitter ?? PRODUCT_DEFAULTS.ttlJitter,
    concurrency: file?.concurrency ?? PRODUCT_DEFAULTS.concurrency,
    timeoutMs: file?.timeout ?? PRODUCT_DEFAULTS.timeoutMs,
    retries: file?.retries ?? PRODUCT_DEFAULTS.retries,
    ...(file?.rate !== undefined && { ratePerSecond: parseRate(file.rate) ?? 1 }),
    ...(file?.concurrency_per_host !== undefined && { concurrencyPerHost: file.concurrency_per_host }),
    ...(file?.adaptive !== undefined && { adaptive: file.adaptive }),
    ...(file?.connect_timeout !== undefined && { connectTimeoutMs: file.connect_timeout }),
    ...(file?.headers_timeout !== undefined && { headersTimeoutMs: file.headers_timeout }),
    ...(file?.body_timeout !== undefined && { bodyTimeoutMs: file.body_timeout }),
  };
}

function buildEntry(
  file: EntryFile,
  path: SourcePath,
  root: SourceNode,
  ttlClasses: Readonly<Record<string, number>>,
  defaults: DefaultsSpec,
): EntrySpec {
  const node = nodeAt(root, path);
  const matrix = nodeAt(node, ['matrix']);
  const ttl = file.ttl === undefined ? undefined : resolveTtlSeconds(file.ttl, ttlClasses);
  const fill = buildFill(file, nodeAt(node, ['check', 'header']));
  return {
    key: file.key,
    path: file.path,
    ...(file.namespace !== undefined && { namespace: file.namespace }),
    ttlSeconds: ttl ?? defaults.ttlSeconds,
    ttlJitter: file.ttl_jitter ?? defaults.ttlJitter,
    headers: textRecord(nodeAt(node, ['headers'])),
    tags: scalarTexts(nodeAt(node, ['tags'])),
    ...(matrix && {
      matrix: mapRecord(Object.fromEntries(mapEntries(matrix)), (entry) => scalarTexts(entry.node)),
    }),
    ...(file.foreach && { foreach: buildForeach(file.foreach, nodeAt(node, ['foreach'])) }),
    ...(file.limit !== undefined && { limit: file.limit }),
    ...(file.priority !== undefined && { priority: file.priority }),
    ...(file.exclude && { exclude: file.exclude }),
    ...(file.ignore && { ignore: file.ignore }),
    ...(file.timeout !== undefined && { timeoutMs: file.timeout }),
    ...(fill && { fill }),
    at: { pointer: jsonPointer(path), line: node?.line ?? 1 },
  };
}

function jsonPointer(path: SourcePath): string {
  return path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
