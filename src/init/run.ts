import { statSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { defineCommand } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError, UsageError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { fileCause } from '../cli/file-cause.ts';
import { whyUnwritable } from '../cli/why-unwritable.ts';
import { decodeSpec, parseWholeSpec } from '../config/load.ts';
import { specJsonSchema } from '../config/schema.ts';
import { escapeText } from '../keys/printable.ts';
import { layoutLine } from '../layout/report.ts';
import { readFirstScope, type FirstScope } from './first-scope.ts';
import { parseInit, type InitOptions } from './options.ts';
import { answerOrigin } from './origin-answer.ts';
import { answerRedis, type RedisAnswer } from './redis-answer.ts';
import { initViews } from './report.ts';
import { specText, type SpecAnswers } from './spec-text.ts';

const DEFAULT_FILE = 'cachectl.yaml';
const SCHEMA_FILE = 'cachectl.schema.json';

export const command = defineCommand<InitOptions>({
  parse: parseInit,
  run: async (options, context) => {
    const name = context.options.configPath ?? DEFAULT_FILE;
    const file = path.resolve(context.host.cwd, name);
    await mayBeWritten(file, name, options, context);
    const redis = await answerRedis(context, options.check);
    const layout = await answerLayout(redis, options, context);
    const originUrl = await answerOrigin(options, context);
    const scope = await answerScope(options, context);
    const answers: SpecAnswers = {
      redisUrl: redis.url,
      username: redis.username,
      needsPassword: redis.needsPassword,
      layoutLine: layout.line,
      layoutReason: layout.reason,
      originUrl,
      scopeName: options.scopeName,
      scope: relativeTo(path.dirname(file), scope, context),
      limit: options.limit,
      mode: options.mode ?? (layout.type === 'plain' ? 'store' : 'touch'),
      schemaFile: options.schema ? `./${SCHEMA_FILE}` : undefined,
    };
    const text = specText(answers);
    // Whatever was answered: what is written is valid, or it is not written.
    await parseWholeSpec(decodeSpec(name, Buffer.from(text)), { CACHE_PASSWORD: 'x' });
    try {
      await writeFile(file, text);
      if (options.schema) {
        await writeFile(
          path.join(path.dirname(file), SCHEMA_FILE),
          `${JSON.stringify(specJsonSchema(), undefined, 2)}\n`,
        );
      }
    } catch (error) {
      throw unwritable(name, fileCause(error, 'write'));
    }
    return { exitCode: ExitCode.ok, views: initViews({ file: name, answers, layoutType: layout.type }) };
  },
});

function unwritable(name: string, cause: string): CachectlError {
  return new UsageError(`${escapeText(name)} cannot be written: ${cause}`);
}

/**
 * Found out before the first question.
 * @throws UsageError where the folder does not take files; CachectlError `unconfirmed` (exit 7) where a file is
 * there and nobody agrees to lose it
 */
async function mayBeWritten(
  file: string,
  name: string,
  options: InitOptions,
  context: Context,
): Promise<void> {
  const cause = await whyUnwritable(file);
  if (cause !== undefined) throw unwritable(name, cause);
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (!isThere || options.force) return;
  if (context.canAsk && (await context.prompter.yesNo(`${name} is there already. Write over it?`))) return;
  throw new CachectlError(`${name} is there already: nothing was written`, {
    code: 'unconfirmed',
    exitCode: ExitCode.unconfirmed,
    hint: '--force writes over it, --config FILE writes another one',
  });
}

async function answerLayout(
  { found }: RedisAnswer,
  { layoutText }: InitOptions,
  context: Context,
): Promise<{ readonly type: string; readonly line: string; readonly reason: string }> {
  const { parseLayout } = await import('../config/parse-layout.ts');
  const parsed = (text: string): { type: string; line: string; reason: string } => {
    const spec = parseLayout(text);
    return { type: spec.type, line: layoutLine(spec), reason: 'as was said when this file was written' };
  };
  if (layoutText !== undefined) return parsed(layoutText);
  const suggestion = found ?? {
    type: 'plain',
    line: layoutLine({ type: 'plain', prefix: '' }),
    reason: 'nothing was found out',
  };
  if (!context.canAsk) return suggestion;
  for (;;) {
    const question = `Layout of the keys, as --layout takes it (Enter: ${suggestion.line.replace('layout: ', '')}, ${suggestion.reason})`;
    const typed = (await context.prompter.text(question)).trim();
    if (typed === '') return suggestion;
    try {
      return parsed(typed);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      context.messages.warn(error.message);
    }
  }
}

async function answerScope(options: InitOptions, context: Context): Promise<FirstScope> {
  const isFile = (name: string): boolean =>
    statSync(path.resolve(context.host.cwd, name), { throwIfNoEntry: false })?.isFile() === true;
  if (options.scope?.from === 'access-log' && !isFile(options.scope.file)) {
    throw new UsageError(`--access-log names ${options.scope.file}, and there is no such file`);
  }
  if (options.scope !== undefined) return options.scope;
  const typed = context.canAsk
    ? await context.prompter.text(
        'What to warm first: paths, a sitemap (/sitemap.xml), or the file of an access log (Enter: /)',
      )
    : '';
  return readFirstScope(typed, isFile);
}

/** Files in the spec are relative to its folder. */
function relativeTo(folder: string, scope: FirstScope, context: Context): FirstScope {
  if (scope.from !== 'access-log' || path.isAbsolute(scope.file)) return scope;
  return { ...scope, file: path.relative(folder, path.resolve(context.host.cwd, scope.file)) };
}
