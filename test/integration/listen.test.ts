import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { EndSignal } from '../../src/host.ts';
import { answer, hang, startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain, type RunOptions, type RunResult } from '../support/run-main.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';
import { until } from '../support/until.ts';

let redis: TestRedis;
let origin: TestOrigin;
let front: TestOrigin;
let spec: SpecFolder;
beforeAll(async () => {
  redis = await startTestRedis();
  spec = await createSpecFolder();
  origin = await startOrigin({ '*': answer('new') });
  front = await startOrigin({
    '/hangs': hang,
    '/broken': answer('no', { status: 404 }),
    '*': answer('purged'),
  });
  await spec.write(`version: 1
connections: { default: { url: "${redis.url}" } }
origin: { base_url: "${origin.url}" }
scopes:
  products:
    entries:
      - { key: "product:{id}", path: "/products/{id}", foreach: { from: range, start: 1, end: 5, as: id } }
invalidation:
  product.updated: { clear: ["product:{id}", "list:*"] }
  front: { http: [{ url: "${front.url}/{path}" }] }
  warmed: { rewarm: { scope: products, where: "id == {id}" } }
`);
});
afterAll(() => Promise.all([redis.stop(), origin.stop(), front.stop(), spec.remove()]));

interface Listener {
  /** Sends a signal, and waits for the end. */
  readonly stop: (signal?: EndSignal) => Promise<RunResult>;
}
const running: Listener[] = [];
beforeEach(async () => {
  await redis.call('FLUSHALL');
  front.reset();
});
afterEach(() => Promise.all(running.splice(0).map(({ stop }) => stop())));

/** Starts a listener and waits until it is one of its group. */
async function listen(argv: readonly string[] = [], options: RunOptions = {}): Promise<Listener> {
  let send: (signal: EndSignal) => void = () => undefined;
  const before = await consumers();
  const done = runMain(['listen', '--retry-after', '50ms', ...argv], {
    cwd: spec.folder,
    onStart: (signal) => (send = signal),
    ...options,
  });
  const listener = {
    stop: (signal: EndSignal = 'SIGTERM') => {
      send(signal);
      return done;
    },
  };
  running.push(listener);
  await until(async () => (await consumers()) > before);
  return listener;
}

async function consumers(): Promise<number> {
  const groups = await redis.call('XINFO', 'GROUPS', 'cache:events').catch(() => []);
  const list = (groups as unknown[][]).map((fields) => fields.map(String));
  return list.reduce((sum, fields) => sum + Number(fields[fields.indexOf('consumers') + 1]), 0);
}

const add = (...fields: readonly string[]) => redis.call('XADD', 'cache:events', '*', ...fields);

async function pending(): Promise<number> {
  const [count] = (await redis.call('XPENDING', 'cache:events', 'cachectl')) as [number];
  return count;
}

/** What XINFO says of the first group. */
async function groupField(name: 'lag' | 'pending'): Promise<string | undefined> {
  const [group] = (await redis.call('XINFO', 'GROUPS', 'cache:events')) as unknown[][];
  const fields = (group ?? []).map(String);
  return fields[fields.indexOf(name) + 1];
}

/** Whether a listener waits for what is new. */
async function isWaiting(): Promise<boolean> {
  return /^id=.* flags=b .* cmd=xreadgroup /m.test(String(await redis.call('CLIENT', 'LIST')));
}

async function settled(): Promise<void> {
  await until(async () => (await groupField('lag')) === '0' && (await groupField('pending')) === '0');
}

describe('a listener', () => {
  test('carries events out, and acknowledges them', async () => {
    for (const key of ['product:1', 'product:2', 'list:a', 'other']) await redis.call('SET', key, 'x');
    const listener = await listen();
    await add('event', 'product.updated', 'id', '1');
    await add('event', 'warmed', 'data', '{"id": 3}');
    await settled();
    expect(await redis.call('EXISTS', 'product:1', 'list:a')).toBe(0);
    expect(await redis.call('EXISTS', 'product:2', 'other')).toBe(2);
    expect(String(await redis.call('GET', 'product:3'))).toBe('new');
    const run = await listener.stop();
    expect(run.code).toBe(0);
    expect(run.stderr).toMatch(/^listening to cache:events as \S+ of group cachectl\n$/);
    const lines = run.stdout.split('\n');
    // Rules do not wait for each other.
    expect(lines.slice(0, 2).sort()).toEqual([
      expect.stringMatching(/^done product\.updated in .*; clear: 2 keys removed$/),
      expect.stringMatching(/^done warmed in .*; rewarm: 1 target warm$/),
    ]);
    expect(lines.slice(2)).toEqual([
      expect.stringMatching(/^Listened for .*: 2 events handled in 2 runs$/),
      '',
    ]);
    // It has left its group, so that its name is not looked for.
    expect(await consumers()).toBe(0);
  });

  test('finds what was sent while nobody listened', async () => {
    await redis.call('SET', 'product:1', 'x');
    await add('event', 'product.updated', 'id', '1');
    await listen();
    await until(async () => (await redis.call('EXISTS', 'product:1')) === 0);
  });

  test('merges what comes within the window: a thousand saves are one clear', async () => {
    const listener = await listen(['--coalesce', '1h', '--json']);
    await Promise.all(Array.from({ length: 1_000 }, () => add('event', 'product.updated', 'id', '7')));
    // Once it waits for more it has taken all that there was.
    await until(async () => (await groupField('lag')) === '0' && (await isWaiting()));
    // A window ends with the listener.
    const report = JSON.parse((await listener.stop()).stdout) as Record<string, unknown>;
    expect(report).toMatchObject({
      schema: 'cachectl/listen/v1',
      events_handled: 1_000,
      rule_runs: 1,
      events_dead_lettered: 0,
    });
  });

  test('carries out what was merged once the window is over', async () => {
    await redis.call('SET', 'product:1', 'x');
    await listen(['--coalesce', '100ms']);
    await add('event', 'product.updated', 'id', '1');
    await until(async () => (await redis.call('EXISTS', 'product:1')) === 0);
  });

  test('sets an event aside that keeps failing, with the reason, and the others go on', async () => {
    const listener = await listen(['--max-tries', '3']);
    await add('event', 'front', 'path', 'broken');
    await add('event', 'front', 'path', 'fine');
    await add('event', 'nonsense');
    await add('no', 'event');
    await until(async () => (await redis.call('XLEN', 'cache:events:dead')) === 3);
    await settled();
    expect(front.count('/broken')).toBe(3);
    expect(front.count('/fine')).toBeGreaterThan(0);
    const dead = (await redis.call('XRANGE', 'cache:events:dead', '-', '+')) as [string, string[]][];
    const byReason = dead.map(([, fields]) => fields.map(String)).sort();
    expect(byReason[0]).toEqual([
      ...['event', 'front', 'path', 'broken'],
      ...['dead_letter_reason', expect.stringMatching(/answered 404: no$/) as string],
      ...['dead_letter_id', expect.stringMatching(/^\d+-\d+$/) as string, 'dead_letter_tries', '3'],
      ...['dead_letter_group', 'cachectl', 'dead_letter_stream', 'cache:events'],
    ]);
    expect((await listener.stop()).stderr).toContain('there is no rule for the event "nonsense"');
  });

  test('takes over what another one left behind', async () => {
    await redis.call('SET', 'product:1', 'x');
    await add('event', 'product.updated', 'id', '1');
    await redis.call('XGROUP', 'CREATE', 'cache:events', 'cachectl', '0');
    await redis.call(
      'XREADGROUP',
      'GROUP',
      'cachectl',
      'dead',
      'COUNT',
      '10',
      'STREAMS',
      'cache:events',
      '>',
    );
    expect(await pending()).toBe(1);
    await listen(['--claim-after', '100ms']);
    await until(async () => (await redis.call('EXISTS', 'product:1')) === 0);
    await until(async () => (await pending()) === 0);
  });

  test('goes on with what is new while a front does not answer', async () => {
    await redis.call('SET', 'product:1', 'x');
    const listener = await listen(['--max-tries', '2', '--drain', '1ms']);
    await add('event', 'front', 'path', 'hangs');
    await until(() => front.count('/hangs') > 0);
    await add('event', 'product.updated', 'id', '1');
    await until(async () => (await redis.call('EXISTS', 'product:1')) === 0);
    await until(async () => (await pending()) === 1);
    // Broken off by the end of its drain: it is still to be done.
    expect(await listener.stop()).toMatchObject({ code: 143 });
    expect(await pending()).toBe(1);
  });

  test('removes what is old, but nothing that another group still needs', async () => {
    await redis.call('XGROUP', 'CREATE', 'cache:events', 'slow', '0', 'MKSTREAM');
    const ids: string[] = [];
    for (let id = 0; id < 500; id++)
      ids.push(String(await add('event', 'product.updated', 'id', String(id))));
    await redis.call('XREADGROUP', 'GROUP', 'slow', 'reader', 'COUNT', 300, 'STREAMS', 'cache:events', '>');
    await redis.call('XACK', 'cache:events', 'slow', ...ids.slice(0, 250));
    await listen(['--keep', '1ms']);
    await settled();
    // The server removes whole blocks of a hundred.
    await until(async () => (await redis.call('XLEN', 'cache:events')) === 300);
    await redis.call('XREADGROUP', 'GROUP', 'slow', 'reader', 'STREAMS', 'cache:events', '>');
    await redis.call('XACK', 'cache:events', 'slow', ...ids);
    await until(async () => (await redis.call('XLEN', 'cache:events')) === 100);
  });

  test('shares the work with others of its group', async () => {
    const two = [await listen(['--json']), await listen(['--json'])];
    for (let id = 0; id < 40; id++) await add('event', 'product.updated', 'id', String(id));
    await settled();
    const reports = await Promise.all(
      two.map(async ({ stop }) => JSON.parse((await stop()).stdout) as object),
    );
    const handled = reports.map((report) => (report as { events_handled: number }).events_handled);
    expect(handled.reduce((sum, count) => sum + count, 0)).toBe(40);
  });
});

describe('events that were set aside', () => {
  const dead = (...argv: readonly string[]) => runMain(['dead-letters', ...argv], { cwd: spec.folder });

  test('are listed with the reason, and go back when the cause is mended', async () => {
    const listener = await listen(['--max-tries', '1']);
    await add('event', 'front', 'path', 'broken');
    await until(async () => (await redis.call('XLEN', 'cache:events:dead')) === 1);
    await add('event', 'nonsense', 'id', '1');
    await until(async () => (await redis.call('XLEN', 'cache:events:dead')) === 2);
    await listener.stop();
    const list = JSON.parse((await dead('list', '--json')).stdout) as {
      readonly events: readonly { readonly id: string; readonly event: string }[];
    };
    expect(list).toMatchObject({
      schema: 'cachectl/dead-letters-list/v1',
      total: 2,
      events: [
        { event: 'nonsense', values: { id: '1' }, tries: 1, stream: 'cache:events' },
        { event: 'front', values: { path: 'broken' }, reason: expect.stringContaining('404') as string },
      ],
    });
    const table = (await dead('list', '--event', 'front')).stdout;
    expect(table).toContain('path=broken');
    expect(table).toMatch(
      /\n1 event of 2 in cache:events:dead; mend the cause, then: cachectl dead-letters replay\n$/,
    );

    const before = await redis.call('XLEN', 'cache:events');
    expect((await dead('replay', '--all', '--dry-run')).stdout).toMatch(
      /^2 events would go back on default: /,
    );
    expect(await redis.call('XLEN', 'cache:events')).toBe(before);
    expect((await dead('replay', '--event', 'front')).stdout).toMatch(
      /^1 event put back on default: front 1\n$/,
    );
    expect(await redis.call('XLEN', 'cache:events')).toBe(Number(before) + 1);
    const [last] = (await redis.call('XREVRANGE', 'cache:events', '+', '-', 'COUNT', 1)) as [
      [string, string[]],
    ];
    expect(last[1].map(String)).toEqual(['event', 'front', 'path', 'broken']);
    const left = list.events.find(({ event }) => event === 'nonsense')?.id ?? '';
    expect((await dead('replay', left)).code).toBe(0);
    const gone = await dead('replay', left);
    expect(gone.code).toBe(5);
    expect(gone.stderr).toBe(`warning: ${left} is not in cache:events:dead\n`);
    expect((await dead('list')).stdout).toBe('Nothing was set aside in cache:events:dead on default\n');
  });

  test('go back once each, however many there are', async () => {
    const letters = Array.from({ length: 2_500 }, (_, id) => [
      ...['XADD', 'cache:events:dead', '*', 'event', 'a', 'id', String(id)],
      ...['dead_letter_stream', 'cache:events'],
    ]);
    await Promise.all(letters.map(([command = '', ...args]) => redis.call(command, ...args)));
    await redis.call('XADD', 'cache:events:dead', '*', 'event', 'written by hand');
    const run = await dead('replay', '--all', '--json');
    expect(run.code).toBe(5);
    expect(JSON.parse(run.stdout)).toMatchObject({
      replayed: 2_500,
      events: { a: 2_500 },
      without_stream: 1,
    });
    expect(await redis.call('XLEN', 'cache:events')).toBe(2_500);
    expect(await redis.call('XLEN', 'cache:events:dead')).toBe(1);
  });

  test.each([
    [[], 'name the events: by ID, with --event, or --all of them'],
    [['--all', '1-0'], 'IDs, --event and --all are three ways to choose: take one'],
    [['first'], '"first" is no ID of an entry'],
    [['--all', '--dead-letters', ''], '--dead-letters is empty'],
  ])('replay %j is wrong', async (argv, message) => {
    const run = await dead('replay', ...argv);
    expect(run.code).toBe(2);
    expect(run.stderr).toContain(message);
  });

  test('in a key of another type are an error that says so', async () => {
    await redis.call('SET', 'cache:events:dead', 'x');
    const run = await dead('list');
    expect(run.code).toBe(4);
    expect(run.stderr).toMatch(/WRONGTYPE/);
  });
});

describe('events on a channel', () => {
  test('are carried out as they are published, and what is lost is said', async () => {
    await redis.call('SET', 'product:1', 'x');
    const channels = ['--channel', 'cache-events', '--channel', 'others'];
    let send: (signal: EndSignal) => void = () => undefined;
    const done = runMain(['listen', ...channels], { cwd: spec.folder, onStart: (signal) => (send = signal) });
    const publish = (event: unknown) => redis.call('PUBLISH', 'cache-events', JSON.stringify(event));
    await until(async () => (await publish({ event: 'product.updated', data: { id: 1 } })) === 1);
    await until(async () => (await redis.call('EXISTS', 'product:1')) === 0);
    await redis.call('PUBLISH', 'others', 'no json');
    await publish({ event: 'front', data: { path: 'broken' } });
    await until(() => front.count('/broken') === 1);
    send('SIGTERM');
    const run = await done;
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('listening to cache-events, others: at most once');
    expect(run.stderr).toContain('a message was lost: it is not JSON');
    expect(run.stderr).toMatch(/failed, and is not tried again: .* answered 404/);
    // No stream was asked for.
    expect(await redis.call('EXISTS', 'cache:events')).toBe(0);
  });
});

describe('events over HTTP', () => {
  async function listenHttp(argv: readonly string[] = [], options: RunOptions = {}) {
    let said = '';
    const listener = await listen(['--http', '127.0.0.1:0', ...argv], {
      onStderr: (text) => (said = text),
      ...options,
    });
    const url = (): string | undefined => /^taking events at (.*)\/events$/m.exec(said)?.[1];
    await until(() => url() !== undefined);
    return { ...listener, url: url() ?? '' };
  }
  const event = (body: unknown, headers: Record<string, string> = {}) => ({
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
    headers,
  });

  test('are accepted once they are in the stream', async () => {
    await redis.call('SET', 'product:9', 'x');
    const { url } = await listenHttp();
    const response = await fetch(`${url}/events`, event({ event: 'product.updated', data: { id: 9 } }));
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^\d+-\d+$/) as string,
      event: 'product.updated',
    });
    await until(async () => (await redis.call('EXISTS', 'product:9')) === 0);
    await settled();
    const metrics = await (await fetch(`${url}/metrics`)).text();
    expect(metrics).toContain('cachectl_listen_http_events_accepted_total 1\n');
    expect(metrics).toContain('cachectl_listen_up 1\n');
    expect(metrics).toContain('cachectl_listen_lag 0\n');
  });

  test.each([
    ['GET', '/events', undefined, 405],
    ['POST', '/nowhere', '{}', 404],
    ['POST', '/events', 'no json', 422],
    ['POST', '/events', '{"event":"product.updatd"}', 422],
    ['POST', '/events', '{"event":"product.updated"}', 422],
    ['POST', '/events', `{"event":"${'x'.repeat(70_000)}"}`, 413],
  ])('%s %s with %.30s is refused', async (method, at, body, status) => {
    const { url } = await listenHttp();
    const response = await fetch(url + at, { method, ...(body === undefined ? {} : { body }) });
    expect(response.status).toBe(status);
    expect(await redis.call('XLEN', 'cache:events')).toBe(0);
  });

  test('need the token or a signature where one is asked for', async () => {
    const folder = await mkdtemp(path.join(spec.folder, 'secret-'));
    await writeFile(path.join(folder, 'secret'), 'shared\n');
    const { url } = await listenHttp(['--http-secret-file', path.join(folder, 'secret')], {
      env: { CACHECTL_HTTP_TOKEN: 'open sesame' },
    });
    const body = JSON.stringify({ event: 'product.updated', data: { id: 1 } });
    const signature = (secret: string) => ({
      'x-cachectl-signature': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
    });
    const send = async (headers: Record<string, string>) =>
      (await fetch(`${url}/events`, event(body, headers))).status;
    expect(await send({})).toBe(401);
    expect(await send({ authorization: 'Bearer wrong' })).toBe(401);
    expect(await send({ authorization: 'Bearer open sesame' })).toBe(202);
    expect(await send(signature('wrong'))).toBe(401);
    expect(await send(signature('shared'))).toBe(202);
  });

  test('are not waited for at the end where somebody is connected and asks nothing', async () => {
    const { url, stop } = await listenHttp(['--drain', '1h']);
    const silent = connect(Number(new URL(url).port), '127.0.0.1');
    const hungUp = once(silent, 'close');
    await once(silent, 'connect');
    // Connections are taken in their order, and so the silent one has been.
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await stop()).toMatchObject({ code: 0 });
    await hungUp;
  });

  test('are waited for at the end no longer than for everything else', async () => {
    const { url, stop } = await listenHttp(['--drain', '200ms']);
    const slow = connect(Number(new URL(url).port), '127.0.0.1');
    const hungUp = once(slow, 'close');
    slow.write('POST /events HTTP/1.1\r\nHost: here\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n');
    const [goOn] = (await once(slow, 'data')) as [Buffer];
    expect(goOn.toString()).toContain('100 Continue');
    expect(await stop()).toMatchObject({ code: 143 });
    await hungUp;
  });
});

describe('bad input', () => {
  test.each([
    [['--http', '0.0.0.0:0'], 2, 'can be reached from other machines'],
    [['--http', 'nowhere'], 2, '--http takes an address and a port'],
    [['--http-token-file', 'x'], 2, 'go with --http'],
    [['--from', 'yesterday'], 2, '--from takes'],
    [['--channel', 'x', '--group', 'y'], 2, '--group is about a stream, and --channel alone has none'],
    [['--channel', 'x', '--max-tries', '3'], 2, '--max-tries is about a stream'],
    [['--url', 'redis://127.0.0.1:1', '--connect-retries', '0'], 3, 'refused'],
  ])('%j', async (argv, code, message) => {
    const run = await runMain(['listen', ...argv], { cwd: spec.folder });
    expect(run.stderr).toContain(message);
    expect(run.code).toBe(code);
  });

  test('a port that another program has is said to be taken', async () => {
    const { host } = new URL(redis.url);
    expect(await runMain(['listen', '--http', host], { cwd: spec.folder })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(
        `--http ${host} cannot be listened at: another program listens there`,
      ) as string,
    });
  });
});
