import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startOrigin, type OriginHandler, type TestOrigin } from '../../support/http-origin.ts';
import { PLACE_KINDS, startPlace, type Place } from '../../support/place.ts';
import { runMain } from '../../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../../support/spec-folder.ts';

const ITEMS = 10;

describe.each(PLACE_KINDS)('warming namespaces on a %s', (kind) => {
  let place: Place;
  let origin: TestOrigin;
  let spec: SpecFolder;
  let answering: OriginHandler;
  beforeAll(async () => {
    place = await startPlace(kind);
    spec = await createSpecFolder();
    origin = await startOrigin({ '*': (request, response, number) => answering(request, response, number) });
    await spec.write(`version: 1
connections: { default: { url: "${place.url}" } }
layout: { type: plain, prefix: "shop:" }
origin: { base_url: "${origin.url}" }
defaults: { retries: 0 }
namespaces: { products: {}, users: {} }
scopes:
  products:
    entries:
      - { key: "{id}", namespace: products, path: "/p/{id}", foreach: { from: range, start: 1, end: ${ITEMS}, as: id } }
      - { key: "home", path: "/" }
  users: { entries: [{ key: all, namespace: users, path: /u }] }
  more: { entries: [{ key: last, namespace: users, path: /last }] }
`);
  });
  afterAll(() => Promise.all([place.stop(), origin.stop(), spec.remove()]));
  beforeEach(async () => {
    answering = (request, response) => response.end(`answer to ${request.url ?? ''}`);
    origin.reset();
    await place.flush();
  });

  const run = (...argv: readonly string[]) => runMain(argv, { cwd: spec.folder });
  const report = async (...argv: readonly string[]) => {
    const { code, stdout, stderr } = await run(...argv, '--json');
    return { code, stderr, report: JSON.parse(stdout) as Record<string, unknown> };
  };
  const keysOf = async (version: number): Promise<number> =>
    (await place.keys()).filter((key) => String(key).startsWith(`shop:products:v${version}:`)).length;
  const counter = async (): Promise<string> =>
    String((await place.send([['GET', 'shop:cache_version:products']]))[0]);

  test('entries are written under the current version, and clear, keys and the load test know it', async () => {
    await place.send([['SET', 'shop:cache_version:products', '7']]);
    expect(await report('warm', '--scope', 'products')).toMatchObject({
      code: 0,
      stderr: '',
      report: { stored: ITEMS + 1 },
    });
    expect(String((await place.send([['GET', 'shop:products:v7:3']]))[0])).toBe('answer to /p/3');
    expect(await keysOf(7)).toBe(ITEMS);
    // Nothing to do the second time, and everything after a bump.
    expect((await report('warm', '--scope', 'products')).report).toMatchObject({ revalidated: ITEMS + 1 });
    expect((await run('keys', '--scope', 'products', '--count')).stdout).toBe(`${ITEMS + 1}\n`);
    await run('namespace', 'bump', 'products');
    expect((await run('keys', '--scope', 'products', '--count')).stdout).toBe('1\n');
    expect((await report('warm', '--scope', 'products')).report).toMatchObject({ stored: ITEMS });
    expect((await report('clear', '--scope', 'products')).report).toMatchObject({ removed: ITEMS + 1 });
    expect(await keysOf(7)).toBe(ITEMS);
  });

  test('the next version is filled while the current one serves, and then serves', async () => {
    await run('warm', '--scope', 'products');
    expect(await keysOf(1)).toBe(ITEMS);
    const seen: string[] = [];
    answering = (request, response) => {
      void counter().then((version) => {
        seen.push(version);
        response.end(`new answer to ${request.url ?? ''}`);
      });
    };
    const { code, report: done } = await report('warm', '--scope', 'products', '--next-version');
    expect(code).toBe(0);
    expect(done).toMatchObject({
      namespaces: [{ namespace: 'products', from: 1, to: 2, activated: true, success_percent: 100 }],
    });
    // All that time, readers found no counter, which is version 1.
    expect(new Set(seen)).toEqual(new Set(['null']));
    expect(await counter()).toBe('2');
    expect([await keysOf(1), await keysOf(2)]).toEqual([ITEMS, ITEMS]);
    expect(await run('namespace', 'rollback', 'products')).toMatchObject({ code: 0 });
    expect(await counter()).toBe('1');
  });

  test('what could not be filled well enough is removed, and the old version serves on', async () => {
    await run('warm', '--scope', 'products');
    answering = (request, response) => {
      response.statusCode = request.url === '/p/4' ? 500 : 200;
      response.end('x');
    };
    const failed = await report(
      'warm',
      '--scope',
      'products',
      '--next-version',
      '--activate-if',
      'success >= 95%',
    );
    expect(failed).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('success >= 95% does not hold: success is 90%') as string,
      report: {
        namespaces: [
          { activated: false, outcome: 'condition', success_percent: 90, removed_keys: ITEMS - 1 },
        ],
      },
    });
    expect([await keysOf(1), await keysOf(2)]).toEqual([ITEMS, 0]);
    // The number is free again, and 90 % are enough when they are.
    const passed = await report(
      'warm',
      '--scope',
      'products',
      '--next-version',
      '--activate-if',
      'success >= 90%',
    );
    expect(passed).toMatchObject({ code: 5, report: { namespaces: [{ to: 2, activated: true }] } });
    expect(await counter()).toBe('2');
  });

  test('a counter that somebody else moves meanwhile stays where they put it', async () => {
    await run('warm', '--scope', 'products');
    answering = (request, response) => {
      void (
        request.url === '/p/5' ? place.send([['SET', 'shop:cache_version:products', '9']]) : Promise.resolve()
      ).then(() => response.end('x'));
    };
    const moved = await report('warm', '--scope', 'products', '--next-version');
    expect(moved).toMatchObject({
      code: 5,
      stderr: expect.stringContaining('somebody else moved it to version 9 meanwhile') as string,
      report: { namespaces: [{ from: 1, to: 2, activated: false, outcome: 'moved', removed_keys: ITEMS }] },
    });
    expect(await counter()).toBe('9');
    expect(await keysOf(2)).toBe(0);
  });

  test('an ordinary run tells when its version was left behind', async () => {
    answering = (request, response) => {
      void (request.url === '/p/5' ? run('namespace', 'bump', 'products') : Promise.resolve()).then(() =>
        response.end('x'),
      );
    };
    const { stderr } = await run('warm', '--scope', 'products');
    expect(stderr).toContain('namespace products went from version 1 to 2 meanwhile');
  });

  test('an interrupted run removes what it filled', async () => {
    await run('warm', '--scope', 'products');
    let send: ((signal: 'SIGINT') => void) | undefined;
    answering = (request, response) => {
      if (request.url === '/p/7') send?.('SIGINT');
      else response.end('x');
    };
    const interrupted = await runMain(
      ['warm', '--scope', 'products', '--next-version', '--concurrency', '1'],
      {
        cwd: spec.folder,
        onStart: (sender) => (send = sender),
      },
    );
    expect(interrupted.code).toBe(130);
    expect(interrupted.stdout).toContain(
      'not switched to version 2: the run was broken off; 6 keys of version 2 removed',
    );
    expect([await keysOf(1), await keysOf(2)]).toEqual([ITEMS, 0]);
  });

  test('a dry run shows the keys of the next version, and hands none out', async () => {
    const before = await place.keys();
    const { stdout } = await run('warm', '--scope', 'products', '--next-version', '--dry-run');
    expect(stdout).toContain('products:v2:1');
    expect(await place.keys()).toEqual(before);
  });

  test.each([
    [['--scope', 'users', '--next-version'], /say --scope more as well/],
    [['--scope', 'products', '--next-version', '--limit', '3'], /would be incomplete/],
    [['--scope', 'products', '--activate-if', 'success >= 1'], /goes with --next-version/],
    [['--scope', 'products', '--next-version', '--activate-if', 'luck >= 1'], /there is no metric "luck"/],
  ])('refuses %s', async (argv, message) => {
    expect(await run('warm', ...argv)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(message) as string,
    });
    expect(origin.requests).toHaveLength(0);
  });
});
