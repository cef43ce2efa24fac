import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatAddress, isOnThisMachine, parseAddresses, parseRedisUrl } from '../../../src/redis/url.ts';

const single = (host: string, port: number) => ({ kind: 'single', address: { host, port } });

describe('a Redis URL', () => {
  test.each([
    ['redis://h', single('h', 6379), { tls: false, database: 0 }],
    ['redis://h:1234/5', single('h', 1234), { database: 5 }],
    ['redis://h?db=3', single('h', 6379), { database: 3 }],
    ['redis://', single('127.0.0.1', 6379), {}],
    ['REDISS://u:p%40ss@h', single('h', 6379), { tls: true, username: 'u', password: 'p@ss' }],
    ['redis://:secret@[::1]:7000', single('::1', 7000), { username: undefined, password: 'secret' }],
    ['redis://u:a@b:c@h', single('h', 6379), { username: 'u', password: 'a@b:c' }],
    ['unix:///run/redis.sock?db=2', { kind: 'socket', path: '/run/redis.sock' }, { database: 2 }],
    [
      'redis+sentinel://a,b:26380/mymaster/4',
      {
        kind: 'sentinel',
        primaryName: 'mymaster',
        sentinels: [
          { host: 'a', port: 26379 },
          { host: 'b', port: 26380 },
        ],
      },
      { database: 4 },
    ],
    [
      'rediss+cluster://a:7000,[::1]:7001',
      {
        kind: 'cluster',
        seeds: [
          { host: 'a', port: 7000 },
          { host: '::1', port: 7001 },
        ],
      },
      { tls: true },
    ],
  ])('%s is understood', (text, topology, rest) => {
    expect(parseRedisUrl(text)).toMatchObject({ topology, ...rest });
  });

  test.each([
    ['redis://h/x', 'the database in the Redis URL must be a number, not "x"'],
    [
      'redis://a,b',
      'redis:// names one server; several are a cluster (redis+cluster://) or Sentinels (redis+sentinel://)',
    ],
    ['redis+sentinel://a', 'a Sentinel URL needs the addresses of the Sentinels and the name of the primary'],
    ['redis+cluster://', 'a cluster URL needs the address of a node'],
    ['redis+cluster://a/3', 'a cluster has database 0 only'],
    ['redis://h:99999', 'an address in the Redis URL is not host:port'],
    ['unix://', 'a unix:// URL needs the path of a socket'],
    ['https://h', '--url names a Redis, and this is a web address'],
  ])('%s is refused', (text, message) => {
    expect(() => parseRedisUrl(text)).toThrow(message);
  });

  test('never shows its password in an error', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[A-Z]{12,20}$/), fc.string(), (secret, rest) => {
        try {
          parseRedisUrl(`redis://u:${secret}@${rest}`);
        } catch (error) {
          expect(String(error)).not.toContain(secret);
        }
      }),
    );
  });

  test('addresses are read back as they are written', () => {
    const host = fc.oneof(fc.domain(), fc.ipV4(), fc.ipV6());
    fc.assert(
      fc.property(fc.array(fc.record({ host, port: fc.integer({ min: 1, max: 65_535 }) })), (addresses) => {
        expect(parseAddresses(addresses.map(formatAddress).join(', '), 1)).toEqual(addresses);
      }),
    );
  });
});

test.each([
  ['redis://localhost/3', true],
  ['rediss://127.0.0.1:6380', true],
  ['unix:///run/redis.sock', true],
  ['redis+cluster://10.0.0.1:7000,[::1]:7001', true],
  ['redis+sentinel://localhost/mymaster', true],
  ['redis://cache.internal', false],
  ['redis+cluster://10.0.0.1:7000', false],
  ['redis+sentinel://10.0.0.1,10.0.0.2/mymaster', false],
])('%s shares this machine: %s', (url, expected) => {
  expect(isOnThisMachine(parseRedisUrl(url).topology)).toBe(expected);
});
