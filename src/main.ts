import { ExitCode } from './cli/exit-code.ts';
import type { Host } from './host.ts';
import { textStream } from './terminal/streams.ts';
import { VERSION } from './version.ts';

/** Runs the program: one command line to its end. */
export async function main(host: Host): Promise<ExitCode> {
  const streams = { out: textStream(host.stdout), err: textStream(host.stderr) };
  // Scripts ask for the version often, and it needs nothing of the rest.
  if (host.argv.length === 1 && host.argv[0] === '--version') {
    await streams.out.write(`cachectl ${VERSION}\n`);
    return ExitCode.ok;
  }
  // What the completion scripts ask; no command of the registry, because nobody types it.
  if (host.argv[0] === '__complete') {
    const { complete } = await import('./completion/complete.ts');
    await complete(host, streams.out);
    return ExitCode.ok;
  }
  const { runLine } = await import('./cli/run-line.ts');
  const { exitCode } = await runLine(host, streams);
  // A stream tells a turn later what became of the last write.
  await new Promise((resolve) => setImmediate(resolve));
  if (streams.out.failure() === undefined) return exitCode;
  const { tellLostOutput } = await import('./cli/lost-output.ts');
  return tellLostOutput(streams, exitCode);
}
