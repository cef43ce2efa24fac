import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createConnectionLog } from '../../../src/redis/connection-log.ts';
import { openResp } from '../../../src/redis/resp/open-resp.ts';
import { respChannel } from '../../../src/redis/resp/channel.ts';
import type { RespConnection } from '../../../src/redis/resp/resp-connection.ts';
import { within } from '../../../src/redis/wait.ts';
import { startTestRedis, type TestRedis } from '../../support/redis.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

/** This process stands still until the server has answered somebody who asked later, which takes longer than a millisecond. */
function standStill(): void {
  const askAndEnd = `require('net').connect(${redis.port}, '127.0.0.1').on('data', () => process.exit()).write('PING\\r\\n')`;
  spawnSync(process.execPath, ['-e', askAndEnd]);
}

async function open(): Promise<RespConnection> {
  const { connection } = await openResp(
    {
      place: { kind: 'tcp', address: { host: '127.0.0.1', port: redis.port } },
      tls: undefined,
      username: undefined,
      password: undefined,
      database: 0,
      protocol: 2,
      clientName: 'test',
      connectTimeoutMs: 10_000,
      readOnly: false,
    },
    { silenceMs: 10_000, signal: new AbortController().signal, log: createConnectionLog(() => undefined) },
  );
  return connection;
}

describe('a process that did not get the processor until its time limit was over', () => {
  test('takes an answer that has come meanwhile', async () => {
    const connection = await open();
    // Written at once, which a node of a client is not: it waits for its connection first.
    const answer = within(respChannel(connection).call('ECHO', 'here'), 1);
    standStill();
    expect(String(await answer)).toBe('here');
    connection.close();
  });

  test('takes one over a bulk connection', async () => {
    const connection = await open();
    connection.limitSilence(1);
    const answer = respChannel(connection).call('ECHO', 'here');
    standStill();
    expect(String(await answer)).toBe('here');
    connection.close();
  });
});

test('a connection that was silent because nothing was asked may be asked again in that moment', async () => {
  const connection = await open();
  connection.limitSilence(1);
  const due = new Promise((resolve) => void setTimeout(resolve, 1));
  // Both are over then, and the silence is the first to be noticed.
  standStill();
  await due;
  // Not answered at once.
  const answer = respChannel(connection).call('BLPOP', 'nothing', '0.05');
  connection.limitSilence(10_000);
  expect(await answer).toBeNull();
  connection.close();
});
