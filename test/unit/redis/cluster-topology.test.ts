import { describe, expect, test } from 'vitest';
import { CachectlError } from '../../../src/cli/errors.ts';
import { parseRedirect } from '../../../src/redis/cluster-redirect.ts';
import {
  parseClusterSlots,
  parseOwnState,
  primariesToWalkAgain,
  returnedPrimaries,
  type ClusterSnapshot,
} from '../../../src/redis/cluster-topology.ts';
import { keyOf } from '../../../src/redis/key-position.ts';
import { translateRedisError } from '../../../src/redis/translate-error.ts';

const [A, B, C] = [7000, 7001, 7002].map((port) => ({ host: 'h', port }));
if (A === undefined || B === undefined || C === undefined) throw new Error('three addresses');
type Ranges = readonly (readonly [number, number])[];

function snapshot(
  owners: readonly (readonly [address: { host: string; port: number }, ranges: Ranges])[],
  states: Readonly<Record<string, { epoch?: number; from?: readonly string[] }>> = {},
): ClusterSnapshot {
  return {
    topology: { shards: owners.map(([primary, ranges]) => ({ primary, replicas: [], ranges })) },
    states: new Map(
      owners.map(([{ port }]) => {
        const address = `h:${port}`;
        const { epoch = 1, from = [] } = states[address] ?? {};
        return [address, { address, configEpoch: epoch, importingFrom: from, importing: [] }];
      }),
    ),
  };
}

const ALL = new Set(['h:7000', 'h:7001', 'h:7002']);
const before = snapshot([
  [A, [[0, 8_000]]],
  [B, [[8_001, 16_383]]],
]);

describe('what has to be walked again', () => {
  test('is nothing where nothing has moved', () => {
    expect(primariesToWalkAgain(before, before, ALL)).toEqual([]);
  });

  test('is the node that gained a slot from one that was walked', () => {
    const after = snapshot(
      [
        [A, [[0, 7_999]]],
        [B, [[8_000, 16_383]]],
      ],
      { 'h:7001': { epoch: 2 } },
    );
    expect(primariesToWalkAgain(before, after, ALL)).toEqual([B]);
  });

  test('is not the node that gains from one whose keys had all been seen before', () => {
    const moving = snapshot(
      [
        [A, [[0, 8_000]]],
        [B, [[8_001, 16_383]]],
      ],
      { 'h:7001': { from: ['h:7000'] } },
    );
    expect(primariesToWalkAgain(moving, moving, ALL)).toEqual([B]);
    expect(primariesToWalkAgain(moving, moving, new Set(['h:7001']))).toEqual([]);
  });

  test('is a replica that took over, whoever was walked', () => {
    const after = snapshot([
      [A, [[0, 8_000]]],
      [C, [[8_001, 16_383]]],
    ]);
    expect(primariesToWalkAgain(before, after, new Set(['h:7000']))).toEqual([C]);
  });

  test('is a node whose ownership changed and changed back', () => {
    const after = snapshot(
      [
        [A, [[0, 8_000]]],
        [B, [[8_001, 16_383]]],
      ],
      { 'h:7000': { epoch: 9 } },
    );
    expect(primariesToWalkAgain(before, after, ALL)).toEqual([A]);
    expect([...returnedPrimaries(before, after)]).toEqual(['h:7000']);
  });
});

describe("a cluster's own words", () => {
  test('CLUSTER SLOTS becomes one shard a primary, unknown hosts being the one that was asked', () => {
    const reply = [
      [
        0,
        99,
        [Buffer.from('10.0.0.1'), 7000, Buffer.from('id1')],
        [Buffer.from('10.0.0.2'), 7001, Buffer.from('id2')],
      ],
      [200, 300, [Buffer.from('10.0.0.1'), 7000, Buffer.from('id1')]],
      [100, 199, [Buffer.from(''), 7002, Buffer.from('id3')]],
    ];
    expect(parseClusterSlots(reply, { host: 'asked', port: 1 })).toEqual({
      shards: [
        {
          primary: { host: '10.0.0.1', port: 7000 },
          replicas: [{ host: '10.0.0.2', port: 7001 }],
          ranges: [
            [0, 99],
            [200, 300],
          ],
        },
        { primary: { host: 'asked', port: 7002 }, replicas: [], ranges: [[100, 199]] },
      ],
    });
  });

  test('CLUSTER NODES tells where slots are coming from', () => {
    const text = [
      'aaa 10.0.0.1:7000@17000 master - 0 1 3 connected 0-99 [100->-bbb]',
      'bbb 10.0.0.2:7001@17001,name myself,master - 0 1 12 connected 101-200 [100-<-aaa] [7-<-aaa]',
      '',
    ].join('\n');
    expect(parseOwnState(text, 'me', (address) => address)).toEqual({
      address: 'me',
      configEpoch: 12,
      importingFrom: ['10.0.0.1:7000'],
      importing: [100, 7],
    });
  });

  test.each([
    ['MOVED 3999 10.0.0.9:6381', { kind: 'moved', to: { host: '10.0.0.9', port: 6381 } }],
    ['ASK 3999 :6381', { kind: 'ask', to: { host: 'asked', port: 6381 } }],
    ['MOVED 1 ::1:6381', { kind: 'moved', to: { host: '::1', port: 6381 } }],
    ['TRYAGAIN Multiple keys request during rehashing of slot', { kind: 'wait' }],
    ['CLUSTERDOWN Hash slot not served', { kind: 'wait' }],
    ['WRONGTYPE Operation against a key', undefined],
  ])('%s is read', (text, redirect) => {
    const error = translateRedisError(new Error(text), 'h:1');
    expect(error).toBeInstanceOf(CachectlError);
    expect(parseRedirect(error, { host: 'asked', port: 1 })).toEqual(redirect);
  });
});

test.each([
  [['GET', 'a'], 'a'],
  [['unlink', Buffer.from('b')], 'b'],
  [['OBJECT', 'ENCODING', 'c'], 'c'],
  [['MEMORY', 'USAGE', 'd'], 'd'],
  [['EVAL', 'return 1', 1, 'e'], 'e'],
  [['EVAL', 'return 1', 0], undefined],
  [['SCAN', '0'], undefined],
  [['INFO'], undefined],
] as const)('the key of %j is %s', ([name, ...args], key) => {
  expect(keyOf([name, ...args])?.toString()).toBe(key);
});
