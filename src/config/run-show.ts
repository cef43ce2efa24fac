import { chooseConnection } from '../cli/connection.ts';
import { defineCommand, type ReportViews } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { escapeText } from '../keys/printable.ts';
import type { PasswordSource } from '../redis/credentials.ts';
import { topologyAddress } from '../redis/options.ts';
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
    setting('kind', options.topology.kind),
    setting('address', topologyAddress(options.topology)),
    setting('database', options.database),
    setting('tls', options.tls !== undefined),
    setting('tls_verify', options.tls?.verify ?? null),
    setting('username', options.username ?? null),
    setting('password', passwordText(options.password)),
    setting('protected', options.protected),
    setting('protocol', options.protocol),
    setting('client_name', options.clientName),
    setting('read_from', options.readFrom),
    setting('connect_timeout', formatDurationMs(options.connectTimeoutMs)),
    setting('command_timeout', formatDurationMs(options.commandTimeoutMs)),
    setting('retries', options.retries),
  ];
}

/** Where the password comes from, never what it is. */
function passwordText(source: PasswordSource): string | null {
  switch (source.kind) {
    case 'none':
      return null;
    case 'given':
      return MASK;
    case 'file':
      return `first line of ${source.path}`;
    case 'stdin':
      return 'first line of stdin';
    case 'command':
      return 'output of password_command';
    case 'prompt':
      return 'asked for';
  }
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
