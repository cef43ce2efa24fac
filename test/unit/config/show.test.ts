import { describe, expect, it } from 'vitest';

import { parseSpec } from '../../../src/config/load.ts';
import { effectiveSettings } from '../../../src/config/show.ts';

const TEXT = `version: 1
connections:
  default: { url: "\${REDIS_URL}" }
  production: { url: "rediss://u:\${PW:-hunter2}@h", password: "\${CACHE_PASSWORD:?}" }
origin: { base_url: "http://h", headers: { Authorization: hunter2, Accept: json } }
defaults: { ttl: 60s, concurrency: 4 }
scopes: { a.b: { entries: [{ key: session, path: "/?token=hunter2", tags: [t] }] } }
`;
const loaded = parseSpec({ path: 'cachectl.yaml', text: TEXT }, { REDIS_URL: 'redis://u:hunter2@r:1/0' });
const rows = effectiveSettings(loaded);
const row = (key: string) => rows.find((setting) => setting.key === key);

describe('effective settings', () => {
  it('say where each value of the file stands', () => {
    expect(row('defaults.ttl')).toEqual({
      key: 'defaults.ttl',
      value: '60s',
      source: 'file cachectl.yaml:6',
    });
    expect(row('scopes["a.b"].entries[0].tags[0]')).toMatchObject({ value: 't' });
    expect(row('scopes["a.b"].entries[0].key')).toMatchObject({ value: 'session' });
  });

  it('name the variable and the line of values from the environment', () => {
    expect(row('connections.default.url')).toEqual({
      key: 'connections.default.url',
      value: 'redis://u:***@r:1/0',
      source: 'environment REDIS_URL, file cachectl.yaml:3',
    });
  });

  it('show nothing for a required variable without a value', () => {
    expect(row('connections.production.password')).toMatchObject({ value: null });
  });

  it('show harmless headers and mask the others', () => {
    expect(row('origin.headers.Accept')).toMatchObject({ value: 'json' });
    expect(row('origin.headers.Authorization')).toMatchObject({ value: '***' });
  });

  it('never hold a secret', () => {
    expect(JSON.stringify(rows)).not.toContain('hunter2');
  });

  it('end with the defaults that the file does not set', () => {
    expect(rows.filter(({ source }) => source === 'default').map(({ key }) => key)).toEqual([
      'layout.type',
      'layout.prefix',
      'defaults.ttl_jitter',
      'defaults.timeout',
      'defaults.retries',
      'defaults.rate',
      'defaults.concurrency_per_host',
      'defaults.adaptive',
      'defaults.connect_timeout',
      'defaults.headers_timeout',
      'defaults.body_timeout',
    ]);
  });

  it('are the defaults alone without a file', () => {
    expect(effectiveSettings(undefined)[0]).toEqual({
      key: 'connections.default.url',
      value: 'redis://127.0.0.1:6379/0',
      source: 'default',
    });
    expect(effectiveSettings(undefined).every(({ source }) => source === 'default')).toBe(true);
  });
});
