import { connect } from 'node:net';
import { once } from 'node:events';

/** What a client that sends one PING a millisecond felt, in ms. */
export interface Felt {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Starts a client on a connection of its own; `stop` ends it and says what it felt. */
export async function startOtherClient(port: number): Promise<{ readonly stop: () => Felt }> {
  const socket = connect(port, '127.0.0.1');
  socket.setNoDelay(true);
  await once(socket, 'connect');
  const times: number[] = [];
  let sentAt = 0;
  let timer: NodeJS.Timeout | undefined;
  const ping = (): void => {
    sentAt = performance.now();
    socket.write('PING\r\n');
  };
  socket.on('data', () => {
    times.push(performance.now() - sentAt);
    timer = setTimeout(ping, 1);
  });
  ping();
  return {
    stop: () => {
      clearTimeout(timer);
      socket.destroy();
      times.sort((a, b) => a - b);
      const at = (part: number): number => times[Math.floor(times.length * part)] ?? Number.NaN;
      return { p50: at(0.5), p99: at(0.99), max: times.at(-1) ?? Number.NaN };
    },
  };
}
