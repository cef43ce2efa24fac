import { parseAssertion, type Assertion } from '../assertions/assertion.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import type { Input } from '../cli/input.ts';
import type { ScopeSpec, Spec } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import { nextVersion, readCounter } from '../namespaces/counter.ts';
import { currentPlaces, movedSince, namespacesOf, type EntryPlaces } from '../namespaces/entry-places.ts';
import { NextVersions, type NamespaceResult } from './next-version.ts';
import type { WarmOptions } from './run.ts';

/** What `--activate-if` may speak of. */
const VOCABULARY = { metrics: [{ name: 'success', unit: 'percent' }], hasBaseline: false } as const;

/**
 * The condition of `--next-version`; `undefined` without it.
 * @throws UsageError where the version would lack something that belongs to it
 */
export function parseActivation(
  input: Input,
  scopes: readonly ScopeSpec[],
  spec: Spec,
): Assertion | undefined {
  const condition = input.text('activate-if');
  if (!input.on('next-version')) {
    if (condition !== undefined) throw new UsageError('--activate-if goes with --next-version');
    return undefined;
  }
  if (input.has('limit')) {
    throw new UsageError(
      '--limit and --next-version contradict each other: the new version would be incomplete',
    );
  }
  const names = new Set(namesIn(scopes));
  if (names.size === 0) {
    throw new UsageError('--next-version needs entries with a namespace, and the chosen scopes have none', {
      hint: 'namespaces: { products: {} } in the spec file, and namespace: products in its entries',
    });
  }
  const chosen = new Set(scopes.map(({ name }) => name));
  const others = Object.values(spec.scopes).filter(
    (scope) => !chosen.has(scope.name) && namesIn([scope]).some((name) => names.has(name)),
  );
  if (others.length > 0) {
    const list = others.map(({ name }) => `--scope ${escapeText(name)}`).join(' ');
    throw new UsageError(
      'other scopes fill the same namespace: without them the new version would be incomplete',
      {
        hint: `say ${list} as well`,
      },
    );
  }
  return parseAssertion(condition ?? 'success >= 100%', VOCABULARY, '--activate-if');
}

function namesIn(scopes: readonly ScopeSpec[]): readonly string[] {
  return scopes.flatMap(({ entries }) => entries.flatMap(({ namespace }) => namespace ?? []));
}

/** Which versions a run fills: the current ones, or the next ones. A dry run hands none out. */
export async function openVersions(
  { scopes, activateIf, dryRun, manner }: Pick<WarmOptions, 'scopes' | 'activateIf' | 'dryRun' | 'manner'>,
  context: Context,
): Promise<{ readonly places: EntryPlaces; readonly next: NextVersions | undefined }> {
  if (activateIf === undefined) return { places: await currentPlaces(scopes, context), next: undefined };
  if (!dryRun) {
    const next = await NextVersions.begin({ scopes, activateIf, lock: manner.lock }, context);
    return { places: next.places, next };
  }
  const client = await context.redis();
  const places = await Promise.all(
    namespacesOf(scopes, context).map(async (form) => {
      const to = nextVersion(await readCounter(client, form));
      return [form.spec.name, form.place(to)] as const;
    }),
  );
  return { places: new Map(places), next: undefined };
}

/** What was warmed under a version that is not the current one any more is read by nobody. */
export async function warnIfMoved(places: EntryPlaces, context: Context): Promise<void> {
  if (places.size === 0 || context.signal.aborted) return;
  try {
    for (const { name, from, to } of await movedSince(places, await context.redis(), context)) {
      context.messages.warn(
        `namespace ${escapeText(name)} went from version ${from} to ${to} meanwhile: what was warmed under ${from} is not read any more`,
      );
    }
  } catch (error) {
    // The report says already that Redis is gone.
    if (!(error instanceof CachectlError)) throw error;
  }
}

/** Why a namespace was not switched: a condition that does not hold is 6, everything else 5. */
export function notActivated(results: readonly NamespaceResult[]): CachectlError | undefined {
  const first = results.find(({ outcome }) => outcome !== 'activated');
  if (first === undefined) return undefined;
  const isCondition = first.outcome === 'condition';
  return new CachectlError(
    `${escapeText(first.namespace)} stays at its version, and was not switched to ${first.to}: ${first.reason ?? ''}`,
    {
      code: isCondition ? 'namespace.not-activated' : `namespace.${first.outcome}`,
      exitCode: isCondition ? ExitCode.assertion : ExitCode.partial,
      hint: isCondition ? 'see what failed, or ask for less with --activate-if' : undefined,
    },
  );
}
