import { CachectlError } from '../../cli/errors.ts';
import { ExitCode } from '../../cli/exit-code.ts';
import { escapeText } from '../../keys/printable.ts';
import { isLoopback } from '../../text/loopback.ts';

/**
 * A load test must never be aimed by accident: whatever is not this machine has to be named.
 * @param hosts `host` or `host:port` of everything that load would be put on
 * @param allowed as `--allow-remote` names them
 * @throws CachectlError `loadtest.remote` (exit 7)
 */
export function refuseRemote(hosts: Iterable<string>, allowed: readonly string[]): void {
  const named = new Set(allowed.map((host) => host.toLowerCase()));
  const remote = new Set<string>();
  for (const host of hosts) {
    const name = withoutPort(host).toLowerCase();
    if (!isLoopback(name) && !named.has(name) && !named.has(host.toLowerCase())) remote.add(escapeText(name));
  }
  if (remote.size === 0) return;
  const [names, verb] = [[...remote].join(', '), remote.size === 1 ? 'is' : 'are'];
  throw new CachectlError(`load would be put on ${names}, which ${verb} not this machine`, {
    code: 'loadtest.remote',
    exitCode: ExitCode.unconfirmed,
    hint: `if that is meant, and you may: ${Array.from(remote, (name) => `--allow-remote ${name}`).join(' ')}`,
  });
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
}
