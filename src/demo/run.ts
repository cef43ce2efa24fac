import { defineCommand, type JsonDocument, type Outcome } from '../cli/command.ts';
import type { Context } from '../cli/context.ts';
import { CachectlError } from '../cli/errors.ts';
import { ExitCode } from '../cli/exit-code.ts';
import { findServer } from '../local-server/find-server.ts';
import { ensureServer, missingServer } from '../local-server/install-server.ts';
import { wrapProse } from '../terminal/wrap.ts';
import { shellWord } from '../text/shell.ts';
import { closingWords } from './closing-words.ts';
import { keepUp } from './keep-up.ts';
import { startDemoServers } from './servers.ts';

interface DemoOptions {
  readonly keep: boolean;
  readonly install: boolean;
}

/** The tour: what is typed, and what a person should look at. */
const TOUR: readonly { readonly say: string; readonly argv: readonly string[] }[] = [
  { say: 'Fill the cache: every scope of the spec file.', argv: ['warm', '--scope', 'all'] },
  { say: 'How is the cache doing?', argv: ['stats'] },
  {
    say: 'What is in one entry, and for how long?',
    argv: ['inspect', 'homepage:features', '--max-bytes', '400'],
  },
  {
    say: 'The products have changed: clear exactly them.',
    argv: ['clear', '--pattern', 'product:*', '--yes'],
  },
  { say: 'And fill them again.', argv: ['warm', '--scope', 'products'] },
  {
    say: 'What is the cache worth?',
    argv: ['loadtest', '--scope', 'homepage', '--count-header', 'X-DB-Queries'],
  },
];

async function runDemo(options: DemoOptions, context: Context): Promise<Outcome> {
  const serverPath = await findOrInstall(options, context);
  const servers = await startDemoServers(serverPath, context.host.nodePath);
  try {
    const say = (text: string): Promise<void> => context.out.write(`${text}\n`);
    const { style, interactive } = context.terminal;
    const width = interactive ? context.terminal.width : Infinity;
    const up = `A private Redis (${servers.redisUrl}) and a sample shop (${servers.shopUrl}) are up.`;
    await say(wrapProse(up, width));
    let loadtest: JsonDocument | undefined;
    for (const { say: words, argv } of TOUR) {
      if (context.signal.aborted) break;
      await say(`\n${style.dim(`# ${words}`)}\n${style.bold(`$ cachectl ${argv.map(shellWord).join(' ')}`)}`);
      const run = await context.invoke(argv, {
        cwd: servers.folder,
        env: privateEnvironment(context.host.env),
      });
      if (run.exitCode !== ExitCode.ok && !context.signal.aborted) throw failedStep(argv, run.exitCode);
      if (argv[0] === 'loadtest') loadtest = run.document?.();
    }
    if (!context.signal.aborted) {
      await say(`\n${closingWords(loadtest, width)}`);
      if (options.keep) await keepUp(servers.folder, context.signal, say);
    }
  } finally {
    await servers.stop();
  }
  return {
    exitCode: ExitCode.ok,
    views: { table: () => '', json: () => ({ schema: 'cachectl/demo/v1' }) },
    endsWithSignal: options.keep,
  };
}

/** On a terminal somebody is asked before anything is installed; `--install` is the answer in advance. */
async function findOrInstall(options: DemoOptions, context: Context): Promise<string> {
  const { env, isRoot } = context.host;
  const found = findServer(env);
  if (found !== undefined) return found;
  const missing = missingServer(env, isRoot);
  if (!options.install) {
    const agreed =
      context.canAsk &&
      (await context.prompter.yesNo(`There is no Redis server here. Install one? (${missing.hint ?? ''})`));
    if (agreed !== true) throw missing;
  }
  return ensureServer({ env, isRoot, say: context.messages.note });
}

/** The demo's own servers and nothing else: no variable may point its commands at a real cache. */
function privateEnvironment(env: Context['host']['env']): Context['host']['env'] {
  const kept = Object.entries(env).filter(
    ([name]) => !name.startsWith('CACHECTL_') && name !== 'REDIS_URL' && name !== 'ORIGIN_URL',
  );
  return Object.fromEntries(kept);
}

function failedStep(argv: readonly string[], exitCode: number): CachectlError {
  return new CachectlError(`the demo stopped: cachectl ${argv.join(' ')} ended with exit code ${exitCode}`, {
    code: 'demo.failed',
    exitCode: ExitCode.partial,
    hint: 'the messages above say why',
  });
}

export const command = defineCommand<DemoOptions>({
  parse: (input) => ({ keep: input.on('keep'), install: input.on('install') }),
  run: runDemo,
});
