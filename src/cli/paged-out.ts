import type { Host } from '../host.ts';
import type { PagedStream } from '../terminal/pager.ts';
import type { Streams } from './streams.ts';

/**
 * Where a long result is written: through the pager at a person's terminal, otherwise stdout itself. The code that
 * starts programs is loaded only for a person.
 * @param onOpen called before the pager takes the terminal
 */
export async function pagedOut(
  { out }: Streams,
  host: Host,
  wanted: boolean,
  onOpen: () => void,
): Promise<PagedStream> {
  if (!wanted || !out.isTerminal || host.stdin.isTTY !== true) {
    return { stream: out, finish: () => Promise.resolve() };
  }
  const { pagedStream } = await import('../terminal/pager.ts');
  return pagedStream(out, { host, onOpen });
}
