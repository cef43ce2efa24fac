import type { RawValue } from '../cli/input.ts';
import { redactUrl } from '../config/redact.ts';
import { escapeText } from '../keys/printable.ts';
import { shellWord } from '../text/shell.ts';
import type { HttpRequest, RulePlan } from './plan.ts';

/** The kinds of actions, in the order in which they are carried out. */
export const ACTION_KINDS = ['clear', 'bump', 'http', 'rewarm'] as const;

/** One of {@link ACTION_KINDS}. */
export type ActionKind = (typeof ACTION_KINDS)[number];

/** One step of a plan: a cachectl command, or a request. */
export type Action =
  | {
      readonly kind: Exclude<ActionKind, 'http'>;
      /** Positional arguments. */
      readonly args: readonly string[];
      readonly flags: ReadonlyMap<string, RawValue>;
    }
  | { readonly kind: 'http'; readonly request: HttpRequest };

const COMMAND_NAMES = { clear: ['clear'], bump: ['namespace', 'bump'], rewarm: ['warm'] } as const;

/** The steps of a plan, in order: what is old goes first, then what others have stored of it, then it is filled. */
export function actionsOf(plan: RulePlan): readonly Action[] {
  const { keys, patterns, tags, bump, requests, rewarm } = plan;
  const clears: readonly Action[] =
    keys.length + patterns.length + tags.length === 0
      ? []
      : [
          {
            kind: 'clear',
            args: keys,
            flags: new Map([
              ...(patterns.length > 0 ? [['pattern', patterns] as const] : []),
              ...(tags.length > 0 ? [['tag', tags] as const] : []),
            ]),
          },
        ];
  const bumps: readonly Action[] = bump.length === 0 ? [] : [{ kind: 'bump', args: bump, flags: new Map() }];
  return [
    ...clears,
    ...bumps,
    ...requests.map((request): Action => ({ kind: 'http', request })),
    ...rewarm.map(({ scope, where }): Action => ({
      kind: 'rewarm',
      args: [],
      flags: new Map<string, RawValue>([
        ['scope', [scope]],
        ...(where.length > 0 ? [['where', where] as const] : []),
        // What was cleared is fetched anew, and what was not may have changed all the same.
        ['force', true],
      ]),
    })),
  ];
}

/** The step as it would be typed; of a request, method and URL. Safe to show. */
export function actionLine(action: Action): string {
  if (action.kind === 'http') {
    return escapeText(`${action.request.method} ${redactUrl(action.request.url)}`);
  }
  const flags = [...action.flags].flatMap(([name, value]) => {
    if (typeof value === 'boolean') return [`--${name}`];
    return (typeof value === 'string' ? [value] : value).flatMap((text) => [`--${name}`, text]);
  });
  const words = ['cachectl', ...COMMAND_NAMES[action.kind], ...flags];
  const args = action.args.some((arg) => arg.startsWith('-')) ? ['--', ...action.args] : action.args;
  return escapeText([...words, ...args].map(shellWord).join(' '));
}
