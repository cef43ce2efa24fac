import type { Context } from '../../cli/context.ts';
import { type CachectlError, UsageError } from '../../cli/errors.ts';
import type { LoadedSpec } from '../../config/loaded.ts';
import type { ScopeSpec } from '../../config/spec.ts';
import { escapeText } from '../../keys/printable.ts';
import { currentPlaces } from '../../namespaces/entry-places.ts';
import { DEFAULT_MAX_BODY_BYTES } from '../../origin/limits.ts';
import { getWithRetries } from '../../origin/retry.ts';
import type { OriginClient } from '../../origin/types.ts';
import { requestUrl, type TargetSettings } from '../../warm/build-target.ts';
import { expandScope } from '../../warm/expand.ts';
import type { Failure } from '../../warm/failure.ts';
import { NO_LIMITS } from '../../warm/limits.ts';
import { openScopes } from '../../warm/plan.ts';
import { createSourceTools } from '../../warm/source-tools.ts';
import { SeenKeys } from '../../warm/seen-keys.ts';
import { refuseMistakes } from '../../warm/survey.ts';
import type { AskOrigin } from '../../warm/sources/source.ts';
import type { Target } from '../../warm/target.ts';

/** What a load test makes of its scopes. */
export interface ScopeTargets {
  readonly targets: readonly Target[];
  /** Sources that failed, values that do not fit: one line each, safe to show. */
  readonly problems: readonly string[];
}

/** Where the targets come from. */
export interface TargetSource {
  readonly loaded: LoadedSpec;
  readonly scopes: readonly ScopeSpec[];
  /** Of each scope, from the command line. */
  readonly limit: number | undefined;
  /** Of each scope, where the command line says nothing. */
  readonly usualLimit: number;
}

/**
 * Checks what needs neither origin nor Redis.
 * @throws UsageError
 */
export function checkScopes({ loaded }: TargetSource): void {
  if (loaded.spec.origin === undefined) throw noOrigin(loaded);
}

/** What all targets of a run share. @throws UsageError where the spec file says nothing of the origin */
export async function targetSettings(
  { loaded, scopes }: Pick<TargetSource, 'loaded' | 'scopes'>,
  context: Pick<Context, 'layout' | 'redis' | 'messages' | 'signal'>,
): Promise<TargetSettings> {
  const { origin, defaults } = loaded.spec;
  if (origin === undefined) throw noOrigin(loaded);
  return {
    specPath: loaded.path,
    origin,
    defaults,
    layout: context.layout,
    versions: await currentPlaces(scopes, { ...context, spec: loaded }),
  };
}

/**
 * The first targets of each scope, as `cachectl warm` would make them. Asks the sources of variables.
 * @throws UsageError for mistakes in the spec file; CachectlError where no source gave anything
 */
export async function expandTargets(
  source: TargetSource,
  origin: OriginClient,
  context: Pick<Context, 'host' | 'layout' | 'messages' | 'signal' | 'redis'>,
): Promise<ScopeTargets> {
  const { scopes, limit, usualLimit } = source;
  const settings = await targetSettings(source, context);
  const { origin: originSpec, defaults } = settings;
  const ask: AskOrigin = (path) =>
    getWithRetries(
      origin,
      {
        url: requestUrl(originSpec.baseUrl, path),
        headers: originSpec.headers,
        timeoutMs: defaults.timeoutMs,
        maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
      },
      {
        retries: defaults.retries,
        random: context.host.random,
        now: () => context.host.clock.now(),
        onRetry: ({ cause, delayMs }) =>
          context.messages.verbose(`${cause}; trying again in ${Math.round(delayMs)} ms`),
      },
      context.signal,
    );
  const opened = await openScopes(scopes, {
    settings,
    tools: createSourceTools(context, settings, ask),
    limits: { ...NO_LIMITS, each: limit },
    concurrency: defaults.concurrency,
    signal: context.signal,
  });
  const targets: Target[] = [];
  const failures: Failure[] = [];
  const seen = new SeenKeys();
  const onFailure = (failure: Failure): void => void failures.push(failure);
  for (const open of opened) {
    // Without --limit a run stays small, however many targets a deploy warms.
    const most = limit ?? Math.min(usualLimit, open.scope.limit ?? usualLimit);
    for await (const target of expandScope({ ...open, limit: most }, { settings, seen, onFailure })) {
      targets.push(target);
    }
  }
  refuseMistakes({ failures });
  const [first] = failures;
  if (targets.length === 0 && first !== undefined) throw first.error;
  return { targets, problems: problemsOf(failures) };
}

function problemsOf(failures: readonly Failure[]): readonly string[] {
  return [...new Set(failures.map(({ scope, error }) => `${escapeText(scope)}: ${error.message}`))];
}

function noOrigin({ path }: LoadedSpec): CachectlError {
  return new UsageError(`the spec file ${escapeText(path)} says nothing of the origin`, {
    hint: 'origin: { base_url: "http://127.0.0.1:8000" } names the application',
  });
}
