import { ExitCode } from './exit-code.ts';
import { asksForJson } from './global-options.ts';
import { renderCommandHelp, renderGroupHelp, renderRootHelp } from './help.ts';
import { commandName, type CommandSpec } from './command.ts';
import { Input } from './input.ts';
import { pagedOut } from './paged-out.ts';
import type { RunResult } from './context.ts';
import type { Invocation } from './program.ts';
import { COMMANDS } from './registry.ts';
import { describeError, errorDocument, renderError } from './report-error.ts';
import type { Streams } from './streams.ts';
import { requireKnownCommand } from './unknown-command.ts';
import { terminalInfo } from '../terminal/terminal-info.ts';
import { VERSION } from '../version.ts';
import type { Host } from '../host.ts';
import { renderJson } from '../terminal/json.ts';
import { createStyle, wantsColor } from '../terminal/style.ts';

/** Runs one command line to its end, whatever happens. The only place that catches everything. */
export async function runLine(host: Host, streams: Streams): Promise<RunResult> {
  const color = !host.argv.includes('--no-color');
  const run = async (spec: CommandSpec, input: Input): Promise<RunResult> => {
    const { runCommand } = await import('./run-command.ts');
    return runCommand(spec, input, host, streams, (argv, place) =>
      // What is part of a longer session is not stopped by a pager.
      runLine(
        {
          ...host,
          yieldProcessor: undefined,
          ...place,
          env: { ...(place?.env ?? host.env), PAGER: '' },
          argv,
        },
        streams,
      ),
    );
  };
  const show = async (text: string): Promise<RunResult> => {
    const paged = await pagedOut(streams, host, !host.argv.includes('--no-pager'), () => undefined);
    await paged.stream.write(`${text}\n`);
    await paged.finish();
    return { exitCode: ExitCode.ok };
  };
  try {
    const invocation = await readLine(host.argv);
    const look = terminalInfo(streams.out, host, color);
    switch (invocation.kind) {
      case 'version':
        await streams.out.write(`cachectl ${VERSION}\n`);
        return { exitCode: ExitCode.ok };
      case 'welcome':
        if (look.interactive && host.stdin.isTTY === true) {
          const { welcomeSpec } = await import('../welcome/command.ts');
          return await run(welcomeSpec, invocation.input.hasty());
        }
        return await show(renderRootHelp(COMMANDS, look));
      case 'help': {
        const name = invocation.path.join(' ');
        const spec = COMMANDS.find((candidate) => commandName(candidate) === name);
        const text =
          spec !== undefined
            ? renderCommandHelp(spec, look)
            : name === ''
              ? renderRootHelp(COMMANDS, look)
              : renderGroupHelp(invocation.path, COMMANDS, look);
        return await show(text);
      }
      case 'command':
        return await run(invocation.spec, invocation.input);
    }
  } catch (error) {
    const verbose = host.argv.includes('--verbose') || host.argv.includes('-v');
    const report = describeError(error, verbose);
    const style = createStyle(wantsColor(streams.err.isTerminal, host.env, color));
    if (asksForJson(host.argv)) await streams.out.write(`${renderJson(errorDocument(report), 2)}\n`);
    await streams.err.write(
      `${renderError(report, style, streams.err.isTerminal ? streams.err.width() : undefined)}\n`,
    );
    return { exitCode: report.exitCode };
  }
}

/** What reads command lines takes a third of the time of --help, which is no more than a word. */
async function readLine(argv: readonly string[]): Promise<Invocation> {
  if (argv.length === 0) return { kind: 'welcome', input: new Input([], new Map()) };
  if (argv.length === 1 && (argv[0] === '--help' || argv[0] === '-h')) return { kind: 'help', path: [] };
  requireKnownCommand(argv, COMMANDS);
  const { parseCommandLine } = await import('./program.ts');
  return parseCommandLine(argv, COMMANDS);
}
