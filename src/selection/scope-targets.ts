import type { Context } from '../cli/context.ts';
import { UsageError } from '../cli/errors.ts';
import type { ScopeSpec } from '../config/spec.ts';
import { escapeText } from '../keys/printable.ts';
import { currentPlaces } from '../namespaces/entry-places.ts';
import { DEFAULT_MAX_BODY_BYTES } from '../origin/limits.ts';
import { getWithRetries, type RetryPolicy } from '../origin/retry.ts';
import type { OriginClient } from '../origin/types.ts';
import { requestUrl, type TargetSettings } from '../warm/build-target.ts';
import { expandScope } from '../warm/expand.ts';
import type { Failure } from '../warm/failure.ts';
import { NO_LIMITS } from '../warm/limits.ts';
import { openScopes } from '../warm/plan.ts';
import { chooseScopes } from '../warm/scopes.ts';
import { SeenKeys } from '../warm/seen-keys.ts';
import { createSourceTools } from '../warm/source-tools.ts';
import type { AskOrigin } from '../warm/sources/source.ts';
import { refuseMistakes } from '../warm/survey.ts';
import type { Target } from '../warm/target.ts';

/** The scopes of a selection, opened: the one place where selecting keys meets `warm`. */
export interface OpenTargets {
  /** Exactly the targets that `warm` would fill, each time anew. */
  readonly targets: () => AsyncGenerator<Target, void, void>;
  readonly scopes: readonly ScopeSpec[];
  readonly settings: TargetSettings;
  readonly origin: OriginClient;
  readonly retry: RetryPolicy;
  readonly close: () => Promise<void>;
}

/**
 * Opens scopes and asks the sources of their variables. A source that does not answer ends it: which keys it
 * stands for cannot be known, and half a scope must not pass for all of it.
 * @throws UsageError for unknown scopes and mistakes in the file; the source's own error
 */
export async function openScopeTargets(names: readonly string[], context: Context): Promise<OpenTargets> {
  const { spec: loaded, host, messages, signal } = context;
  if (loaded === undefined) throw new UsageError('--scope needs a spec file: it says what a scope is');
  const scopes = chooseScopes(loaded.spec, names);
  const { origin: originSpec, defaults } = loaded.spec;
  if (originSpec === undefined) {
    throw new UsageError(`${escapeText(loaded.path)} does not say where the application is`, {
      hint: 'origin: { base_url: "http://127.0.0.1:8000" }',
    });
  }
  const settings: TargetSettings = {
    specPath: loaded.path,
    origin: originSpec,
    defaults,
    layout: context.layout,
    versions: await currentPlaces(scopes, context),
  };
  const retry: RetryPolicy = {
    retries: defaults.retries,
    random: host.random,
    now: () => host.clock.now(),
    onRetry: ({ cause, delayMs }) => messages.verbose(`${cause}; trying again in ${Math.round(delayMs)} ms`),
  };
  const { createOriginClient } = await import('../origin/client.ts');
  const origin = createOriginClient({
    connections: defaults.concurrency,
    connectTimeoutMs: defaults.connectTimeoutMs,
    allowedHosts: originSpec.allowedHosts,
  });
  const close = (): Promise<void> => origin.close();
  try {
    const ask: AskOrigin = (path) =>
      getWithRetries(
        origin,
        {
          url: requestUrl(originSpec.baseUrl, path),
          headers: originSpec.headers,
          timeoutMs: defaults.timeoutMs,
          maxBodyBytes: DEFAULT_MAX_BODY_BYTES,
        },
        retry,
        signal,
      );
    const opened = await openScopes(scopes, {
      settings,
      tools: createSourceTools(context, settings, ask),
      limits: NO_LIMITS,
      concurrency: defaults.concurrency,
      signal,
    });
    for (const { source } of opened.flatMap(({ entries }) => entries)) {
      if (source.kind === 'failed') throw source.error;
    }
    const targets = async function* (): AsyncGenerator<Target, void, void> {
      const seen = new SeenKeys();
      const onFailure = (failure: Failure): void => {
        refuseMistakes({ failures: [failure] });
        messages.warn(failure.error.message);
      };
      for (const open of opened) yield* expandScope(open, { settings, seen, onFailure });
    };
    return { targets, scopes, settings, origin, retry, close };
  } catch (error) {
    await close();
    throw error;
  }
}
