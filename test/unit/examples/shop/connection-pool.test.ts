import { describe, expect, it } from 'vitest';
import { ConnectionPool, DatabaseClosedError } from '../../../../examples/shop/connection-pool.ts';

/** Work that goes on until told to end. */
function openWork(name: string, started: string[]) {
  let end: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (end = resolve));
  return {
    end: () => end(),
    work: async (): Promise<string> => {
      started.push(name);
      await finished;
      return name;
    },
  };
}

describe('a connection pool', () => {
  it('starts no more work than it has connections, then goes on in the order of arrival', async () => {
    const pool = new ConnectionPool(2);
    const started: string[] = [];
    const jobs = ['a', 'b', 'c', 'd'].map((name) => openWork(name, started));
    const results = jobs.map((job) => pool.run(job.work));
    await Promise.resolve();
    expect(started).toEqual(['a', 'b']);

    jobs[1]?.end();
    await results[1];
    jobs[0]?.end();
    await results[0];
    jobs[2]?.end();
    jobs[3]?.end();
    expect(await Promise.all(results)).toEqual(['a', 'b', 'c', 'd']);
    expect(started).toEqual(['a', 'b', 'c', 'd']);
    expect(pool.peak).toEqual({ active: 2, waiting: 2 });
  });

  it('gives the connection back when the work fails', async () => {
    const pool = new ConnectionPool(1);
    await expect(pool.run(() => Promise.reject(new Error('deadlock')))).rejects.toThrow('deadlock');
    await expect(pool.run(() => Promise.resolve('next'))).resolves.toBe('next');
  });

  it('turns away those who wait and those who come when it is closed', async () => {
    const pool = new ConnectionPool(1);
    const started: string[] = [];
    const busy = openWork('busy', started);
    const running = pool.run(busy.work);
    const waiting = pool.run(openWork('waiting', started).work);
    pool.close();
    await expect(waiting).rejects.toThrow(DatabaseClosedError);
    await expect(pool.run(openWork('late', started).work)).rejects.toThrow(DatabaseClosedError);
    busy.end();
    await expect(running).resolves.toBe('busy');
    expect(started).toEqual(['busy']);
  });

  it.each([0, -1, 1.5, Number.NaN])('refuses a size of %s', (size) => {
    expect(() => new ConnectionPool(size)).toThrow(RangeError);
  });
});
