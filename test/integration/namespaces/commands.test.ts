import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { PLACE_KINDS, startPlace, type Place } from '../../support/place.ts';
import { runMain } from '../../support/run-main.ts';
import { untilFewerKeys } from '../../support/until-fewer-keys.ts';

describe.each(PLACE_KINDS)('namespaces on a %s', (kind) => {
  let place: Place;
  beforeAll(async () => {
    place = await startPlace(kind);
  });
  afterAll(() => place.stop());
  beforeEach(() => place.flush());

  const run = (...argv: readonly string[]) =>
    runMain(['namespace', ...argv, '--url', place.url, '--layout', 'plain:prefix=shop:']);
  const json = async (...argv: readonly string[]) => {
    const { code, stdout, stderr } = await run(...argv, '--json');
    return { code, stderr, report: JSON.parse(stdout) as Record<string, unknown> };
  };
  const fill = async (version: number, keys: number, name = 'products'): Promise<void> => {
    await place.send(
      Array.from(
        { length: keys },
        (_, id) => ['SET', `shop:${name}:v${version}:${id}`, 'x', 'PX', 600_000] as const,
      ),
    );
  };
  const versions = async (): Promise<readonly string[]> => {
    const keys = (await place.keys()).map(String).filter((key) => /:v\d+:/.test(key));
    return [...new Set(keys.map((key) => /:(v\d+):/.exec(key)?.[1] ?? ''))].sort();
  };

  test('bumps a counter that is not there yet, and says from where to where', async () => {
    expect(await run('bump', 'products')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: 'namespace  old  new\nproducts   1    2\n',
    });
    expect((await run('get', 'products')).stdout).toBe('2\n');
    expect(String((await place.send([['GET', 'shop:cache_version:products']]))[0])).toBe('2');
  });

  test('a dry run changes nothing', async () => {
    await place.send([['SET', 'shop:cache_version:products', '7']]);
    const before = await place.keys();
    expect((await json('bump', 'products', '--dry-run')).report).toMatchObject({
      dry_run: true,
      namespaces: [{ namespace: 'products', from: 7, to: 8 }],
    });
    expect(await place.keys()).toEqual(before);
    expect((await run('get', 'products')).stdout).toBe('7\n');
  });

  test('fifty bumps at the same time are fifty versions', async () => {
    const runs = await Promise.all(Array.from({ length: 50 }, () => json('bump', 'products')));
    const reached = runs.map(({ report }) => (report['namespaces'] as { to: number }[])[0]?.to ?? 0);
    expect(reached.sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 2));
  });

  test('a counter that is none is said to be none', async () => {
    await place.send([['SET', 'shop:cache_version:products', 'seven']]);
    for (const command of ['get', 'bump']) {
      const { code, stderr } = await run(command, 'products');
      expect(code).toBe(5);
      expect(stderr).toContain(
        'shop:cache_version:products is not a version, which is a whole number: it is seven',
      );
    }
  });

  test('lists versions with keys and memory, those of old ones too', async () => {
    await fill(6, 2);
    await fill(7, 3);
    await fill(1, 4, 'users');
    await place.send([['SET', 'shop:cache_version:products', '7']]);
    const { report } = await json('list', 'products', 'users');
    expect(report).toMatchObject({
      schema: 'cachectl/namespace-list/v1',
      namespaces: [
        {
          namespace: 'products',
          version: 7,
          versions: [
            { version: 7, state: 'current', keys: 3, memory_sampled_keys: 3 },
            { version: 6, state: 'old', keys: 2 },
          ],
        },
        {
          namespace: 'users',
          version: 1,
          counter: { exists: false },
          versions: [{ version: 1, state: 'current', keys: 4 }],
        },
      ],
    });
    // Without names: those that have a counter.
    expect((await run('list')).stdout).toMatch(
      /^namespace +version +state +keys +memory\nproducts +7 +current +3 .*\nproducts +6 +old +2 .*\n$/,
    );
  });

  test('gc removes what nobody reads, and keeps a way back', async () => {
    for (const version of [3, 5, 6, 7]) await fill(version, 10);
    await place.send([['SET', 'shop:cache_version:products', '6']]);
    const dry = await json('gc', 'products', '--dry-run');
    expect(dry.report).toMatchObject({ schema: 'cachectl/namespace-gc/v1', dry_run: true, matched: 20 });
    expect(await versions()).toEqual(['v3', 'v5', 'v6', 'v7']);
    expect((await json('gc', 'products', '--max-keys', '19')).code).toBe(7);
    expect(await json('gc', 'products')).toMatchObject({ code: 0, report: { matched: 20, removed: 20 } });
    expect(await versions()).toEqual(['v5', 'v6']);
    expect(await json('gc', '--keep', '0')).toMatchObject({ code: 0, report: { removed: 10 } });
    expect(await versions()).toEqual(['v6']);
    expect(await json('gc', '--keep', '0')).toMatchObject({ code: 0, report: { removed: 0 } });
  });

  test('gc takes what clear takes: conditions, a backup, a line in the trail', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
    try {
      for (const version of [3, 4]) await fill(version, 10);
      await place.send([
        ['SET', 'shop:cache_version:products', '4'],
        ['PERSIST', 'shop:products:v3:1'],
      ]);
      const [backup, audit] = [path.join(folder, 'old.bak'), path.join(folder, 'audit.jsonl')];
      const done = await json(
        'gc',
        'products',
        '--keep',
        '0',
        '--ttl',
        'none',
        '--backup',
        backup,
        '--audit',
        audit,
      );
      expect(done).toMatchObject({ code: 0, report: { removed: 1, backed_up: 1 } });
      expect(await place.keys()).not.toContainEqual(Buffer.from('shop:products:v3:1'));
      expect(JSON.parse(await readFile(audit, 'utf8'))).toMatchObject({
        command: 'namespace gc',
        selection: { namespaces: [{ namespace: 'products', version: 4, removed_versions: [3] }] },
        counts: { removed: 1 },
        outcome: 'done',
      });
      await runMain(['restore', backup, '--url', place.url]);
      expect(await place.keys()).toContainEqual(Buffer.from('shop:products:v3:1'));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('gc carries out a plan of its own, unless the counter has moved since', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
    try {
      const plan = path.join(folder, 'old.plan');
      for (const version of [3, 4]) await fill(version, 10);
      await place.send([['SET', 'shop:cache_version:products', '4']]);
      const written = await run('gc', 'products', '--keep', '0', '--plan', plan);
      expect(written).toMatchObject({
        code: 0,
        stderr: `plan written to ${plan}; cachectl namespace gc --apply ${plan} carries it out\n`,
      });
      expect(await versions()).toEqual(['v3', 'v4']);
      // What was written since is not in the plan.
      await place.send([['SET', 'shop:products:v3:late', 'x']]);
      const byClear = await runMain(['clear', '--apply', plan, '--url', place.url]);
      expect(byClear).toMatchObject({ code: 7, stdout: '' });
      expect(byClear.stderr).toContain('this is a plan of cachectl namespace gc');
      await run('rollback', 'products', '--to', '3');
      const refused = await run('gc', '--apply', plan);
      expect(refused).toMatchObject({ code: 7, stdout: '' });
      expect(refused.stderr).toContain('products was at version 4 when the plan was made, and is at 3');
      expect(await place.keys()).toContainEqual(Buffer.from('shop:products:v3:1'));
      await place.send([['SET', 'shop:cache_version:products', '4']]);
      for (const more of [['products'], ['--keep', '0'], ['--type', 'string']]) {
        expect(await run('gc', '--apply', plan, ...more)).toMatchObject({
          code: 2,
          stderr: expect.stringContaining('--apply stands alone') as string,
        });
      }
      expect(await json('gc', '--apply', plan)).toMatchObject({
        code: 0,
        report: { schema: 'cachectl/namespace-gc/v1', matched: 10, removed: 10 },
      });
      expect((await place.keys()).map(String).filter((key) => key.includes(':v3:'))).toEqual([
        'shop:products:v3:late',
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('gc goes on from a saved place, also where a version has gone meanwhile', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
    try {
      const saved = path.join(folder, 'place');
      await fill(1, 1);
      for (const version of [2, 3]) await fill(version, 10_000);
      await place.send([['SET', 'shop:cache_version:products', '4']]);
      const line = ['namespace', 'gc', 'products', '--keep', '0', '--resume', saved, '--json'];
      const at = ['--url', place.url, '--layout', 'plain:prefix=shop:'];
      // Not faster than it can be interrupted.
      const first = await runMain([...line, ...at, '--rate', '4000/s'], {
        onStart: (send) => void untilFewerKeys(place, 20_000).then(() => send('SIGINT')),
      });
      expect(first.code).toBe(130);
      const { removed } = JSON.parse(first.stdout) as { readonly removed: number };
      expect(removed).toBeLessThan(20_001);
      await place.send([['DEL', 'shop:products:v1:0']]);
      const other = await run('gc', 'products', '--keep', '1', '--resume', saved);
      expect(other).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('belongs to another selection') as string,
      });
      expect(await runMain([...line, ...at])).toMatchObject({ code: 0 });
      expect(await versions()).toEqual([]);
      expect(await run('gc', '--limit', '5', '--resume', saved)).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('--limit cannot be resumed') as string,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test.each([
    ['--flush', 'current versions included', 'cachectl clear --all --flush'],
    ['--rewarm', 'nothing to warm again', 'cachectl warm --next-version'],
    ['--chunk=5', 'nothing to warm again', 'cachectl warm --next-version'],
    ['--pattern=x:*', 'the counters say which versions go', 'cachectl clear takes any keys'],
  ])('gc says why it does not take %s, and what to use instead', async (flag, because, instead) => {
    const { code, stderr } = await run('gc', flag);
    expect(code).toBe(2);
    expect(stderr).toContain(`namespace gc does not take ${flag.replace(/=.*/, '')}: `);
    expect(stderr).toContain(because);
    expect(stderr).toContain(instead);
  });

  test('rolls back while the old keys live, and never bumps to that number again', async () => {
    await fill(1, 3);
    await run('bump', 'products');
    await fill(2, 5);
    const back = await run('rollback', 'products');
    expect(back).toMatchObject({ code: 0, stdout: 'namespace  old  new\nproducts   2    1\n' });
    expect(back.stderr).toContain('version 2 has 5 keys, version 1 still has 3 keys');
    expect((await json('bump', 'products')).report).toMatchObject({ namespaces: [{ from: 1, to: 3 }] });
    expect((await json('rollback', 'products')).report).toMatchObject({ namespaces: [{ from: 3, to: 1 }] });
    expect((await json('rollback', 'products', '--to', '2')).report).toMatchObject({
      namespaces: [{ from: 1, to: 2 }],
    });
  });

  test('does not roll back to a version without keys', async () => {
    await run('bump', 'products');
    const back = await run('rollback', 'products');
    expect(back.code).toBe(5);
    expect(back.stderr).toContain('no older version of products has any keys left');
    expect((await run('rollback', 'products', '--to', '9')).stderr).toContain(
      'version 9 of products has no keys',
    );
    expect((await run('get', 'products')).stdout).toBe('2\n');
  });

  test('has nothing to do where it is at that version already', async () => {
    await run('bump', 'products');
    expect(await run('rollback', 'products', '--to', '2')).toEqual({
      code: 0,
      stdout: 'Nothing was switched\n',
      stderr: 'products is at version 2 already\n',
    });
    expect(await json('rollback', 'products', '--to', '2', '--dry-run')).toMatchObject({
      code: 0,
      report: { dry_run: true, namespaces: [] },
    });
  });
});

describe('safety', () => {
  let place: Place;
  beforeAll(async () => {
    place = await startPlace('single');
  });
  afterAll(() => place.stop());

  test('a protected connection wants its name, also for a bump', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
    const { writeFile } = await import('node:fs/promises');
    await writeFile(
      path.join(folder, 'cachectl.yaml'),
      `version: 1\nconnections: { production: { url: "${place.url}", protected: true } }\nnamespaces: { products: {}, users: {} }\n`,
    );
    const run = (...argv: readonly string[]) =>
      runMain(['namespace', ...argv, '--env', 'production'], { cwd: folder });
    try {
      for (const argv of [['bump', 'products'], ['gc']]) {
        expect(await run(...argv)).toMatchObject({ code: 7, stdout: '' });
      }
      expect(await run('bump', 'products', 'users', '--confirm', 'production')).toMatchObject({
        code: 0,
        stdout: 'namespace  old  new\nproducts   1    2\nusers      1    2\n',
      });
      expect(await run('bump', 'product', '--confirm', 'production')).toMatchObject({
        code: 2,
        stderr: expect.stringContaining('did you mean products?') as string,
      });
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  test('a user without scripts can bump, and is told why it cannot roll back', async () => {
    const { port } = new URL(place.url);
    await place.client
      .primaries()
      .then(([node]) => node?.call('ACL', 'SETUSER', 'plain', 'on', '>pw', '~*', '+@all', '-@scripting'));
    const run = (...argv: readonly string[]) =>
      runMain(['namespace', ...argv, '--url', `redis://plain:pw@127.0.0.1:${port}`]);
    await place.flush();
    expect(await run('bump', 'products')).toMatchObject({
      code: 0,
      stdout: 'namespace  old  new\nproducts   1    2\n',
    });
    await place.send([['SET', 'products:v1:a', 'x', 'PX', 60_000]]);
    expect(await run('rollback', 'products')).toMatchObject({
      code: 4,
      stderr: expect.stringContaining('this needs a script') as string,
    });
  });
});
