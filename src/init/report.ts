import type { ReportViews } from '../cli/command.ts';
import { escapeText } from '../keys/printable.ts';
import { countOf } from '../units/number.ts';
import type { SpecAnswers } from './spec-text.ts';

/** What was written. */
export interface InitReport {
  readonly file: string;
  readonly answers: SpecAnswers;
  readonly layoutType: string;
}

/** All forms of the report. */
export function initViews({ file, answers, layoutType }: InitReport): ReportViews {
  const { scope, scopeName } = answers;
  const what =
    scope.from === 'paths'
      ? countOf(scope.paths.length, 'path')
      : scope.from === 'sitemap'
        ? `the sitemap ${scope.path}`
        : `the access log ${scope.file}`;
  return {
    table: ({ style }) =>
      [
        `${style.good('Wrote')} ${escapeText(file)}: ${answers.redisUrl}, ${layoutType} keys, ${answers.originUrl}, scope ${escapeText(scopeName)} from ${escapeText(what)}`,
        ...(answers.schemaFile === undefined ? [] : [`Editors complete it from ${answers.schemaFile}`]),
        '',
        'Next:',
        `  cachectl warm --scope ${escapeText(scopeName)} --dry-run   # stores nothing`,
        `  cachectl warm --scope ${escapeText(scopeName)}`,
        '  cachectl doctor',
      ].join('\n'),
    json: () => ({
      schema: 'cachectl/init/v1',
      file,
      schema_file: answers.schemaFile ?? null,
      redis_url: answers.redisUrl,
      layout: layoutType,
      origin_url: answers.originUrl,
      scope: scopeName,
      scope_from: scope.from,
      mode: answers.mode,
    }),
  };
}
