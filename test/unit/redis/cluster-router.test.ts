import { expect, it } from 'vitest';
import { ClusterRouter } from '../../../src/redis/cluster-router.ts';
import { createConnectionLog } from '../../../src/redis/connection-log.ts';
import type { Opener } from '../../../src/redis/opener.ts';
import type { OpenNode, RedisNode } from '../../../src/redis/types.ts';

const unused = () => Promise.reject(new Error('not asked for'));
const node: RedisNode = {
  address: 'a:1',
  multiKey: false,
  pipeline: unused,
  call: unused,
  sentAgain: () => 0,
};

interface Attempt {
  readonly resolve: (opened: OpenNode) => void;
  readonly reject: (error: Error) => void;
}

/** An opener whose attempts end when, and in the order in which, the test says. */
function heldOpener() {
  const attempts: Attempt[] = [];
  const open = () => new Promise<OpenNode>((resolve, reject) => attempts.push({ resolve, reject }));
  const opener: Opener = {
    open,
    openSingle: unused,
    openBulk: unused,
    listen: unused,
    insist: (attempt) => attempt(),
  };
  return { attempts, opener };
}

it('a router of a cluster closes a connection also where an earlier attempt at it failed after it was begun', async () => {
  const { attempts, opener } = heldOpener();
  const address = { host: 'a', port: 1 };
  const router = new ClusterRouter({
    seeds: [address],
    opener,
    translate: (given) => given,
    patienceMs: 0,
    now: () => 0,
    signal: new AbortController().signal,
    log: createConnectionLog(() => undefined),
  });
  // Two have noticed the same loss: what the first one opened anew, the second one drops.
  const first = router.direct(address);
  router.drop(address);
  const second = router.direct(address);
  attempts[0]?.reject(new Error('refused'));
  await expect(first).rejects.toThrow('refused');
  let closed = 0;
  attempts[1]?.resolve({ node, close: () => closed++ });
  await second;
  // Whoever asks again gets the same one.
  expect(await router.direct(address)).toBe(node);
  expect(attempts).toHaveLength(2);
  router.close();
  await new Promise((resolve) => setImmediate(resolve));
  expect(closed).toBe(1);
});
