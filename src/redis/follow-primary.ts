import type { ConnectionLog } from './connection-log.ts';
import type { Opener } from './opener.ts';
import type { ResilientNode } from './resilient-node.ts';
import { formatAddress, type TcpAddress } from './url.ts';

/**
 * Moves a connection to the new primary as soon as any Sentinel announces it. The old one goes on taking
 * writes until a Sentinel demotes it, up to ten seconds later, and then forgets them.
 * Source: https://redis.io/docs/latest/develop/reference/sentinel-clients/
 * @returns how to stop
 */
export function followPrimary(
  primary: ResilientNode,
  sentinels: readonly TcpAddress[],
  { name, opener, log }: { readonly name: string; readonly opener: Opener; readonly log: ConnectionLog },
): () => void {
  const onSwitch = (message: string): void => {
    const [announced, , , host, port] = message.split(' ');
    if (announced !== name || host === undefined || port === undefined) return;
    const address = formatAddress({ host, port: Number(port) });
    log.say(`${address} is the primary of "${name}" now`);
    void primary.moveTo(address);
  };
  const listeners = sentinels.map((sentinel) => opener.listen(sentinel, '+switch-master', onSwitch));
  // A Sentinel that cannot be listened to is no failure: the others tell the same.
  for (const listener of listeners) listener.catch(() => undefined);
  return () => {
    for (const listener of listeners) void listener.then(({ close }) => close()).catch(() => undefined);
  };
}
