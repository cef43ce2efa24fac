import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startPlace, type Place } from '../support/place.ts';
import { runBinary } from '../support/run-binary.ts';
import { snapshot, type Snapshot } from '../support/snapshot.ts';

type SendCommand = Parameters<Place['send']>[0][number];

const KEYS = 200_000;

let folder: string;
let single: Place;
let cluster: Place;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  [single, cluster] = await Promise.all([startPlace('single'), startPlace('cluster')]);
});
afterAll(async () => {
  await Promise.all([single.stop(), cluster.stop(), rm(folder, { recursive: true })]);
});

/** The commands that make one key; every kind of value in turn, some large, a third of them with an end. */
function commandsFor(id: number): readonly SendCommand[] {
  const key = Buffer.from([...Buffer.from(`key:${id}:`), id % 256, 0xff]);
  const text = `value ${id} `.repeat(1 + (id % 10));
  // Small ones are packed by the server, large ones are tables and trees: every thousandth is large.
  const count = id % 1_000 < 8 ? 700 : 1 + (id % 12);
  const members = Array.from({ length: count }, (_, i) => `member:${i}:${id}`);
  const make = ((): SendCommand => {
    switch (id % 8) {
      case 0:
        return ['SET', key, text];
      case 1:
        return ['SET', key, id];
      case 2:
        return ['RPUSH', key, ...members];
      case 3:
        return ['SADD', key, ...members];
      case 4:
        return ['ZADD', key, ...members.flatMap((member, score) => [score / 3, member])];
      case 5:
        return ['HSET', key, ...members.flatMap((member) => [member, id])];
      case 6:
        return ['XADD', key, `${id + 1}-1`, 'field', text];
      default:
        return ['PFADD', key, ...members];
    }
  })();
  const life: readonly SendCommand[] = id % 3 === 0 ? [['EXPIRE', key, 10_000 + id]] : [];
  const huge: readonly SendCommand[] =
    id % 40_000 === 7 ? [['SET', `huge:${id}`, Buffer.alloc(20_000_000, `${id} `)]] : [];
  return [make, ...life, ...huge];
}

async function fill(place: Place): Promise<void> {
  for (let start = 0; start < KEYS; start += 1_000) {
    const commands = Array.from({ length: 1_000 }, (_, i) => commandsFor(start + i)).flat();
    for (const reply of await place.send(commands)) if (reply instanceof Error) throw reply;
  }
}

function expectSame(is: ReadonlyMap<string, Snapshot>, was: ReadonlyMap<string, Snapshot>): void {
  expect(is.size).toBe(was.size);
  for (const [key, { content, expiresAtMs }] of was) {
    const now = is.get(key);
    if (now?.content !== content) expect({ key, content: now?.content }).toEqual({ key, content });
    const isSame =
      expiresAtMs === -1 ? now?.expiresAtMs === -1 : Math.abs((now?.expiresAtMs ?? 0) - expiresAtMs) < 1_000;
    if (!isSame) expect({ key, expiresAtMs: now?.expiresAtMs }).toEqual({ key, expiresAtMs });
  }
}

describe('a backup of 200,000 keys of all types', () => {
  test('comes back identical, on the same server and on a cluster', async () => {
    await fill(single);
    const was = await snapshot(single);
    expect(was.size).toBe(KEYS + 5);
    const file = path.join(folder, 'all.bak');
    const name = single.client.target.location;
    const cleared = await runBinary(['clear', '--all', '--confirm', name, '--backup', file, '--json', '-q'], {
      env: { CACHECTL_URL: single.url },
    });
    expect(cleared).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(cleared.stdout)).toMatchObject({ removed: was.size, backed_up: was.size });
    expect(await single.keys()).toEqual([]);
    for (const place of [single, cluster]) {
      const restored = await runBinary(['restore', file, '--json', '-q'], {
        env: { CACHECTL_URL: place.url },
      });
      expect(restored).toMatchObject({ code: 0, stderr: '' });
      expect(JSON.parse(restored.stdout)).toMatchObject({ restored: was.size, lost: [], refused: [] });
      expectSame(await snapshot(place), was);
    }
    // And the way back: what a cluster's backup holds goes into a single server.
    const back = path.join(folder, 'cluster.bak');
    const clusterName = cluster.client.target.location;
    await runBinary(['clear', '--all', '--confirm', clusterName, '--backup', back, '-q'], {
      env: { CACHECTL_URL: cluster.url },
    });
    expect(await cluster.keys()).toEqual([]);
    await single.flush();
    await runBinary(['restore', back, '-q'], { env: { CACHECTL_URL: single.url } });
    expectSame(await snapshot(single), was);
  });
});
