import { expect, onTestFinished, test } from 'vitest';
import { createConnectionLog } from '../../../src/redis/connection-log.ts';
import { createOpener } from '../../../src/redis/opener.ts';
import { CONNECTION_DEFAULTS } from '../../../src/redis/options.ts';
import { startTestRedis } from '../../support/redis.ts';
import { until } from '../../support/until.ts';

test('a listener that may not listen leaves no connection open, which would keep the process', async () => {
  const redis = await startTestRedis();
  onTestFinished(() => redis.stop());
  await redis.call('ACL', 'SETUSER', 'mute', 'on', '>pw', '+@all', '-subscribe');
  const opener = createOpener(
    {
      ...CONNECTION_DEFAULTS,
      topology: { kind: 'sentinel', sentinels: [], primaryName: 'mymaster' },
      database: 0,
      tls: undefined,
      connectionName: undefined,
      protected: false,
      username: undefined,
      password: { kind: 'none' },
      sentinelUsername: 'mute',
      sentinelPassword: { kind: 'given', password: 'pw' },
      natMap: new Map(),
    },
    { password: undefined, sentinelPassword: 'pw', tls: undefined },
    new AbortController().signal,
    createConnectionLog(() => undefined),
  );
  const address = { host: '127.0.0.1', port: redis.port };
  const listening = opener.listen(address, '+switch-master', () => undefined);
  await expect(listening).rejects.toThrow(/NOPERM|permission/i);
  await until(async () => !String(await redis.call('CLIENT', 'LIST')).includes('user=mute'));
});
