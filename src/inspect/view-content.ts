import { printableKey } from '../keys/printable.ts';
import { renderTable, type Column } from '../terminal/table.ts';
import type { TerminalInfo } from '../terminal/terminal-info.ts';
import { formatDurationMs } from '../units/duration.ts';
import { formatCount } from '../units/number.ts';
import { renderShown, renderShownInline } from '../values/render-decoded.ts';
import type { Content, HashItem } from './content.ts';

/** Values are indented by so many blanks. */
const INDENT = 2;

/**
 * What is stored under a key, for people; empty where there is nothing to show. A value that was cut ends
 * with a line that says so.
 * @param length of the whole value: bytes of a string, items of anything else
 */
export function renderContent(
  content: Content | undefined,
  length: number | undefined,
  terminal: TerminalInfo,
): string {
  if (content === undefined) return '';
  const width = terminal.width - INDENT;
  if (content.kind === 'string') {
    return renderShown(content.value, {
      width: terminal.interactive ? width : undefined,
      unicode: terminal.unicode,
    });
  }
  const { columns, rows } = tableOf(content, terminal);
  const table = renderTable(columns, rows, { ...terminal, width });
  if (length !== undefined && rows.length >= length) return table;
  const of = length === undefined ? '' : ` of ${formatCount(length)}`;
  return `${table}\n${terminal.unicode ? '…' : '...'} ${formatCount(rows.length)}${of} items shown (--max-items)`;
}

interface ContentTable {
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
}

function tableOf(
  content: Exclude<Content, { readonly kind: 'string' }>,
  terminal: TerminalInfo,
): ContentTable {
  const flexible = (title: string): Column => ({ title, flexible: true });
  switch (content.kind) {
    case 'hash': {
      const expires = content.items.some(({ ttlMs }) => ttlMs !== undefined);
      return {
        columns: [flexible('field'), ...(expires ? [{ title: 'TTL' }] : []), flexible('value')],
        rows: content.items.map(({ field, ttlMs, value }) => [
          printableKey(field),
          ...(expires ? [ttlMs === undefined ? '' : formatDurationMs(ttlMs)] : []),
          renderShownInline(value, terminal),
        ]),
      };
    }
    case 'list':
      return {
        columns: [{ title: 'index', align: 'right' }, flexible('value')],
        rows: content.items.map((item, index) => [String(index), renderShownInline(item, terminal)]),
      };
    case 'set':
      return {
        columns: [flexible('member')],
        rows: content.items.map((item) => [renderShownInline(item, terminal)]),
      };
    case 'zset':
      return {
        columns: [{ title: 'score', align: 'right' }, flexible('member')],
        rows: content.items.map((item) => [item.score, renderShownInline(item.member, terminal)]),
      };
    case 'stream':
      return {
        columns: [{ title: 'id' }, flexible('fields')],
        rows: content.items.map((entry) => [
          entry.id,
          entry.fields.map((item) => fieldText(item, terminal)).join('  '),
        ]),
      };
  }
}

function fieldText(item: HashItem, terminal: TerminalInfo): string {
  return `${printableKey(item.field)}=${renderShownInline(item.value, terminal)}`;
}
