import { ExitCode } from './exit-code.ts';
import { fileCause } from './file-cause.ts';
import type { Streams } from './streams.ts';

/** Says that the output is not all there; gives the exit code of such a run, which is never 0. */
export async function tellLostOutput(streams: Streams, exitCode: ExitCode): Promise<ExitCode> {
  const cause = fileCause(streams.out.failure(), 'write');
  await streams.err.write(`error: the output is not complete, stdout cannot be written: ${cause}\n`);
  return exitCode === ExitCode.ok ? ExitCode.partial : exitCode;
}
