import path from 'node:path';
import type { Context } from '../cli/context.ts';
import type { TargetSettings } from './build-target.ts';
import type { AskOrigin, SourceTools } from './sources/source.ts';

/** What the sources of a run reach the outside with. */
export function createSourceTools(
  context: Pick<Context, 'host' | 'layout' | 'messages' | 'signal' | 'redis'>,
  settings: Pick<TargetSettings, 'specPath' | 'origin'>,
  ask: AskOrigin,
): SourceTools {
  return {
    ask,
    baseUrl: settings.origin.baseUrl,
    redis: context.redis,
    layout: context.layout,
    folder: path.dirname(path.resolve(context.host.cwd, settings.specPath)),
    stdin: context.host.stdin,
    warn: context.messages.warn,
    signal: context.signal,
  };
}
