import { chooseConnection } from '../cli/connection.ts';
import { defineCommand, type ReportViews } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import { endpointAddress } from '../redis/options.ts';
import { renderCsv, renderMarkdownTable } from '../terminal/csv.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import { formatDurationMs } from '../units/duration.ts';
import { MASK } from './redact.ts';
import { effectiveSettings, type EffectiveSetting } from './show.ts';

const COLUMNS: readonly Column[] = [
  { title: 'setting', flexible: true },
  { title: 'value', flexible: true },
  { title: 'source', flexible: true },
];

export const command = defineCommand<undefined>({
  parse: () => undefined,
  run: (_options, context) =>
    Promise.resolve({
      exitCode: ExitCode.ok,
      views: settingsViews([...connectionInUse(context), ...effectiveSettings(context.spec)]),
    }),
});

/** Which Redis a command would talk to, after flags and environment. */
function connectionInUse(context: Context): readonly EffectiveSetting[] {
  const { options, source } = chooseConnection(context.options, context.host.env, context.spec);
  const setting = (name: string, value: EffectiveSetting['value']): EffectiveSetting => ({
    key: `connection.${name}`,
    value,
    source,
  });
  return [
    setting('name', options.connectionName ?? null),
    setting('address', endpointAddress(options.endpoint)),
    setting('database', options.database),
    setting('tls', options.endpoint.kind === 'tcp' && options.endpoint.tls),
    setting('username', options.username ?? null),
    setting('password', options.password === undefined ? null : MASK),
    setting('protected', options.protected),
    setting('connect_timeout', formatDurationMs(options.connectTimeoutMs)),
    setting('command_timeout', formatDurationMs(options.commandTimeoutMs)),
    setting('retries', options.retries),
  ];
}

function settingsViews(settings: readonly EffectiveSetting[]): ReportViews {
  const rows = settings.map(({ key, value, source }) => [
    escapeText(key),
    value === null ? '-' : escapeText(String(value)),
    escapeText(source),
  ]);
  const heading = COLUMNS.map((column) => column.title);
  return {
    table: (terminal) => renderTable(COLUMNS, rows, terminal),
    json: () => ({ schema: 'cachectl/config-show/v1', settings }),
    csv: () => renderCsv(heading, rows),
    markdown: () => renderMarkdownTable(heading, rows),
  };
}
