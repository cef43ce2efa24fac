import type { ExitCode } from './cli/exit-code.ts';
import { processHost } from './host.ts';
import { main } from './main.ts';

/** The program, in the process that it was started in. What bin/cachectl.js calls. */
export function run(): Promise<ExitCode> {
  return main(processHost());
}
