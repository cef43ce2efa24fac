import { defineCommand } from '../cli/command.ts';
import { chooseConnection } from '../cli/connection.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import { infoNumber, keyspaceOf, readInfo } from '../redis/info.ts';
import { topologyAddress } from '../redis/options.ts';
import { displayWidth } from '../terminal/width.ts';
import { wrap } from '../terminal/wrap.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { countOf, formatPercent } from '../units/number.ts';
import { VERSION } from '../version.ts';

/** What there is to see, and what one would type next. */
interface Welcome {
  readonly redis: string;
  readonly spec: string;
  readonly next: readonly (readonly [line: string, does: string])[];
}

export const command = defineCommand<undefined>({
  parse: () => undefined,
  run: async (_options, context) => {
    const redis = await describeRedis(context);
    const welcome: Welcome = {
      redis: redis.text,
      spec: describeSpec(context),
      next: nextLines(context, redis.isThere),
    };
    return {
      exitCode: ExitCode.ok,
      views: {
        table: (terminal) => render(welcome, terminal),
        json: () => ({ schema: 'cachectl/welcome/v1', redis: redis.text, spec: welcome.spec }),
      },
    };
  },
});

/** Where commands would go, and a word about what is there. */
async function describeRedis(
  context: Context,
): Promise<{ readonly isThere: boolean; readonly text: string }> {
  try {
    const { options, source } = chooseConnection(context.options, context.host.env, context.spec);
    const place = `${options.connectionName === undefined ? '' : `${options.connectionName}, `}${topologyAddress(options.topology)}/${options.database} (${source})`;
    try {
      const client = await context.redis();
      const [node] = await client.primaries();
      const info = node === undefined ? new Map<string, string>() : await readInfo(node);
      const version = info.get('valkey_version') ?? info.get('redis_version');
      const hits = infoNumber(info, 'keyspace_hits') ?? 0;
      const reads = hits + (infoNumber(info, 'keyspace_misses') ?? 0);
      const keys = client.kind === 'cluster' ? undefined : keyspaceOf(info, client.target.database)?.keys;
      const facts = [
        ...(version === undefined ? [] : [`${info.has('valkey_version') ? 'Valkey' : 'Redis'} ${version}`]),
        ...(keys === undefined ? [] : [countOf(keys, 'key')]),
        ...(reads === 0 ? [] : [`${formatPercent(hits / reads)} hits`]),
        ...(client.target.protected ? ['protected'] : []),
      ];
      return { isThere: true, text: `${place}: ${facts.join(', ')}` };
    } catch (error) {
      if (!(error instanceof CachectlError) || context.signal.aborted) throw error;
      return { isThere: false, text: `${place}: ${error.message}` };
    }
  } catch (error) {
    if (!(error instanceof CachectlError) || context.signal.aborted) throw error;
    return { isThere: false, text: error.message };
  }
}

function describeSpec({ spec, specProblem }: Context): string {
  if (specProblem !== undefined) return specProblem.message.split('\n')[0] ?? '';
  if (spec === undefined) return 'none from here upward';
  const scopes = Object.keys(spec.spec.scopes);
  return `${spec.path}: ${scopes.length === 0 ? 'no scopes' : scopes.join(', ')}`;
}

/** What fits this place: what is missing first. */
function nextLines({ spec, specProblem }: Context, isThere: boolean): Welcome['next'] {
  const [scope] = Object.keys(spec?.spec.scopes ?? {});
  return [
    ...(isThere ? [] : [['cachectl doctor', 'find out what is wrong'] as const]),
    ...(specProblem === undefined
      ? []
      : [['cachectl config validate', 'see every mistake in the spec file'] as const]),
    ...(spec === undefined && specProblem === undefined
      ? [['cachectl init', 'write a spec file, to warm and to clear by scope'] as const]
      : []),
    ...(scope === undefined ? [] : [[`cachectl warm --scope ${scope}`, 'fill the cache'] as const]),
    ['cachectl clear', 'delete keys; asks which'],
    ['cachectl inspect KEY', 'what is stored under a key, and for how long'],
    ['cachectl stats', 'how the cache is doing'],
    ...(isThere ? [['cachectl doctor', 'is everything in order?'] as const] : []),
    ...(isThere && spec !== undefined
      ? []
      : [['cachectl demo', 'try everything on a private Redis'] as const]),
    ['cachectl --help', 'all commands'],
  ];
}

function render({ redis, spec, next }: Welcome, terminal: TerminalInfo): string {
  const column = Math.max(...next.map(([line]) => displayWidth(line))) + 4;
  return [
    terminal.style.bold(`cachectl ${VERSION}`),
    '',
    ...wrapField('Redis', redis, terminal),
    ...wrapField('Spec file', spec, terminal),
    '',
    ...next.flatMap(([line, does]) => {
      const [first = '', ...rest] = wrap(does, terminal.width - column, '');
      const further = rest.map((more) => ' '.repeat(column) + terminal.style.dim(more));
      return [`  ${line.padEnd(column - 2)}${terminal.style.dim(first)}`, ...further];
    }),
  ].join('\n');
}

function wrapField(name: string, value: string, terminal: TerminalInfo): readonly string[] {
  const [first = '', ...rest] = wrap(escapeText(value), terminal.width - 11, '');
  return [`${terminal.style.dim(name.padEnd(9))}  ${first}`, ...rest.map((line) => ' '.repeat(11) + line)];
}
