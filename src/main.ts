import { ExitCode } from './cli/exit-code.ts';
import { asksForJson } from './cli/global-options.ts';
import { commandName } from './cli/command.ts';
import type { RunResult } from './cli/context.ts';
import { parseCommandLine } from './cli/program.ts';
import { COMMANDS } from './cli/registry.ts';
import { describeError, errorDocument, renderError } from './cli/report-error.ts';
import { runCommand, terminalInfo, type Streams } from './cli/run-command.ts';
import type { Host } from './host.ts';
import { renderJson } from './terminal/json.ts';
import { textStream } from './terminal/streams.ts';
import { createStyle, wantsColor } from './terminal/style.ts';
import { VERSION } from './version.ts';

/** Runs one command line to its end. The only place that catches everything. */
export async function main(host: Host): Promise<ExitCode> {
  const { exitCode } = await runLine(host, { out: textStream(host.stdout), err: textStream(host.stderr) });
  return exitCode;
}

async function runLine(host: Host, streams: Streams): Promise<RunResult> {
  const color = !host.argv.includes('--no-color');
  try {
    const invocation = parseCommandLine(host.argv, COMMANDS);
    const look = terminalInfo(streams.out, host, color);
    switch (invocation.kind) {
      case 'version':
        await streams.out.write(`cachectl ${VERSION}\n`);
        return { exitCode: ExitCode.ok };
      case 'welcome': {
        const { renderRootHelp } = await import('./cli/help.ts');
        await streams.out.write(`${renderRootHelp(COMMANDS, look)}\n`);
        return { exitCode: ExitCode.ok };
      }
      case 'help': {
        // The width of text takes 20 ms to load, which no other line should pay.
        const { renderCommandHelp, renderGroupHelp, renderRootHelp } = await import('./cli/help.ts');
        const name = invocation.path.join(' ');
        const spec = COMMANDS.find((candidate) => commandName(candidate) === name);
        const text =
          spec !== undefined
            ? renderCommandHelp(spec, look)
            : name === ''
              ? renderRootHelp(COMMANDS, look)
              : renderGroupHelp(invocation.path, COMMANDS, look);
        await streams.out.write(`${text}\n`);
        return { exitCode: ExitCode.ok };
      }
      case 'command':
        return await runCommand(invocation.spec, invocation.input, host, streams, (argv, place) =>
          runLine({ ...host, ...place, argv }, streams),
        );
    }
  } catch (error) {
    const verbose = host.argv.includes('--verbose') || host.argv.includes('-v');
    const report = describeError(error, verbose);
    const style = createStyle(wantsColor(streams.err.isTerminal, host.env, color));
    if (asksForJson(host.argv)) await streams.out.write(`${renderJson(errorDocument(report), 2)}\n`);
    await streams.err.write(`${renderError(report, style)}\n`);
    return { exitCode: report.exitCode };
  }
}
