import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { runMain } from '../support/run-main.ts';
import { until } from '../support/until.ts';
import { useLoadtestPlace } from './loadtest-place.ts';
import { parseLoad } from '../support/loadtest-report-json.ts';

const place = useLoadtestPlace();

/** Figures differ from run to run; their places and units do not. */
function normalised(text: string): string {
  return text
    .replaceAll(place().origin.url, 'http://origin')
    .replace(/ *\b[\d.,]+ (ms|s)\b/g, ' T')
    .replace(/\b[\d.,]+ a second/g, 'N a second')
    .replace(/( T) +[\d,.]+ +(\d+)$/gm, '$1 N $2')
    .replace(/ {2,}/g, ' ');
}

describe('cachectl loadtest of a web address', () => {
  it('needs neither spec file nor Redis', async () => {
    const { origin, deadPort } = place();
    const argv = ['loadtest', '--url', `${origin.url}/fast`, '-n', '5', '--count-header', 'x-db-queries'];
    const result = await runMain([...argv, '--json'], {
      cwd: '/',
      env: { REDIS_URL: `redis://127.0.0.1:${deadPort}` },
    });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(parseLoad(result)).toMatchObject({
      kind: 'load',
      interrupted: false,
      totals: { sent: 5, succeeded: 5, failed: 0, answers_by_status: { 200: 5 }, count_header_mean: 12 },
      endpoints: [{ endpoint: `${origin.url}/fast`, scope: null, key: null, sent: 5, failed: 0 }],
      redis: null,
      problems: [],
    });
    expect(origin.requests.get('/fast')).toBe(5);
  });

  it('says what was sent, how long it took and which endpoint is slow', async () => {
    const { origin, loadtest } = place();
    const urls = `--url ${origin.url}/fast --url ${origin.url}/plain`;
    const result = await loadtest(`${urls} --requests 10`);
    expect(result.code).toBe(0);
    expect(normalised(result.stdout)).toBe(
      [
        'closed load over 4 connections, 2 targets (turns), for T',
        '10 sent, 10 succeeded, 0 failed, 0 dropped, 135 B, N a second',
        '',
        ' mean p50 p75 p90 p95 p99 p99.9 max',
        'latency T T T T T T T T',
        '',
        'endpoint requests p50 p95 p99 max requests/s failed',
        'http://origin/fast 5 T T T T N 0',
        'http://origin/plain 5 T T T T N 0',
        '',
        'half of all requests took at most T, 99 of 100 at most T',
        '',
      ].join('\n'),
    );
  });

  it('does not send the headers of the spec file', async () => {
    const { origin, loadtest } = place();
    await loadtest(`--url ${origin.url}/fast --requests 1`);
    expect(origin.lastHeader('/fast', 'x-token')).toBeUndefined();
  });

  it('sends user and password of the address, and shows them nowhere', async () => {
    const { origin, loadtest } = place();
    const address = `${origin.url}/fast?token=t0ken`.replace('http://', 'http://ann:s3same@');
    const result = await loadtest(`--url ${address} --requests 1 --json --verbose`);
    expect(origin.lastHeader('/fast?token=t0ken', 'authorization')).toBe(`Basic ${btoa('ann:s3same')}`);
    expect(result.stdout + result.stderr).not.toMatch(/s3same|t0ken/);
  });

  it('exits 3 where nobody answers, and 5 where one of several does not', async () => {
    const { origin, deadPort, loadtest } = place();
    const dead = `http://127.0.0.1:${deadPort}/`;
    const alone = await loadtest(`--url ${dead} --json`);
    expect([alone.code, parseLoad(alone).error?.code]).toEqual([3, 'origin.refused']);

    const both = await loadtest(`--url ${dead} --url ${origin.url}/fast --requests 20 --json`);
    expect(both.code).toBe(5);
    expect(parseLoad(both)).toMatchObject({
      totals: { sent: 20, succeeded: 10, failed: 10, failures_by_cause: { 'origin.refused': 10 } },
      endpoints: [
        { sent: 10, failed: 10, latency: null },
        { sent: 10, failed: 0 },
      ],
    });
  });

  it('leaves the warm-up out of every figure', async () => {
    const { origin, loadtest } = place();
    const run = await loadtest(`--url ${origin.url}/fast --rate 100/s --requests 20 --warmup 200ms --json`);
    expect(run.code).toBe(0);
    const { totals } = parseLoad(run);
    expect(totals.warmup_requests).toBeGreaterThan(0);
    expect(totals.answers_by_status).toEqual({ 200: totals.sent });
  });

  it('takes a redirect for what it is', async () => {
    const { origin, loadtest } = place();
    const result = await loadtest(`--url ${origin.url}/moved --requests 2 --json`);
    expect(result.code).toBe(5);
    expect(parseLoad(result).totals.failures_by_cause).toEqual({ 'status 302': 2 });
  });

  it('keeps --connections requests under way, and never more', async () => {
    const { origin, loadtest } = place();
    origin.onRequest = () => until(() => origin.mostAtOnce() >= 3);
    await loadtest(`--url ${origin.url}/slow --requests 12 --connections 3`);
    expect(origin.mostAtOnce()).toBe(3);
  });

  it('gives percentiles as HdrHistogram prints them, and a line for each endpoint in CSV', async () => {
    const { origin, loadtest } = place();
    const hdr = (await loadtest(`--url ${origin.url}/fast --requests 40 -o hdr`)).stdout
      .trimEnd()
      .split('\n');
    expect(hdr[0]).toBe('       Value     Percentile TotalCount 1/(1-Percentile)');
    expect(hdr.at(-4)).toMatch(/^ +\d+\.\d{3} 1\.000000000000 +40$/);
    expect(hdr.at(-2)).toMatch(/Total count {4}= +40\]$/);
    const csv = (await loadtest(`--url ${origin.url}/fast --requests 4 -o csv`)).stdout.trimEnd().split('\n');
    expect(csv.map((line) => line.split(',').slice(0, 5))).toEqual([
      ['endpoint', 'scope', 'key', 'sent', 'failed'],
      [`${origin.url}/fast`, '', '', '4', '0'],
      ['all', '', '', '4', '0'],
    ]);
    const markdown = (await loadtest(`--url ${origin.url}/fast --requests 4 -o markdown`)).stdout;
    expect(markdown).toMatch(/^\| latency \|(?: [\d.]+ m?s \|){8}$/m);
  });
});

describe('load on a scope', () => {
  it('sends each target with its headers, leaves the entries alone, and adds what Redis says', async () => {
    const { origin, redis, loadtest } = place();
    await redis.call('SET', 'shop:page:fast', 'as it was');
    const result = await loadtest('--scope languages --rate 200/s --requests 20 --json');
    expect(result.code).toBe(0);
    const report = parseLoad(result);
    expect(report.endpoints.map(({ endpoint, scope, sent }) => [endpoint, scope, sent])).toEqual([
      ['/fast (home:en)', 'languages', 10],
      ['/fast (home:fr)', 'languages', 10],
    ]);
    expect(report.totals.start_delay?.count).toBe(20);
    expect(report.redis).toMatchObject({ hits: 0, commands: expect.any(Number) as number });
    expect(origin.requests.get('/fast')).toBe(20);
    expect(origin.lastHeader('/fast', 'x-token')).toBe('s3cret');
    expect(await redis.keys()).toEqual(['shop:page:fast']);
  });

  it('measures the application where Redis is not there, and says so', async () => {
    const { deadPort, loadtest } = place();
    const result = await loadtest(
      `--scope fast --compare none -n 3 --url redis://127.0.0.1:${deadPort} --json`,
    );
    expect(result.stderr).toContain('warning: no figures of Redis: ');
    expect([result.code, parseLoad(result).totals.succeeded]).toEqual([0, 3]);
  });
});

describe('load that is popular in its own way', () => {
  it('is the same again with the same seed, and another one with another', async () => {
    const { origin, loadtest } = place();
    const mix = async (seed: number): Promise<readonly number[]> => {
      const args = `--scope items --limit 40 --compare none -n 200 --distribution zipf:1.1 --seed ${seed} --json`;
      const report = parseLoad(await loadtest(args));
      expect(report).toMatchObject({ seed, distribution: 'zipf:1.1' });
      return report.endpoints.map(({ sent }) => sent);
    };
    const first = await mix(7);
    expect(first.reduce((sum, count) => sum + count, 0)).toBe(200);
    expect(first[0]).toBeGreaterThan((first[20] ?? 0) * 2);
    expect(await mix(7)).toEqual(first);
    expect(await mix(8)).not.toEqual(first);
    expect(origin.requests.size).toBeLessThanOrEqual(40);
  });

  it('follows weights', async () => {
    const { origin, loadtest } = place();
    const urls = `--url ${origin.url}/fast --url ${origin.url}/plain`;
    expect(await loadtest(`${urls} --weight /plian=0 -n 10`)).toMatchObject({
      code: 2,
      stderr: 'error: --weight /plian: nothing of that name is requested\nhint: did you mean /plain?\n',
    });
    const report = parseLoad(await loadtest(`${urls} --weight /plain=0 -n 10 --json`));
    expect(report.endpoints.map(({ sent }) => sent)).toEqual([10, 0]);
  });
});

describe('requests from a file', () => {
  it('are the paths of an access log with their mix', async () => {
    const { origin, folder, loadtest } = place();
    const hit = (target: string): string =>
      `10.0.0.1 - - [20/Nov/2026:19:53:47 +0000] "GET ${target} HTTP/1.1" 200 12 "-" "agent"\n`;
    await writeFile(path.join(folder, 'access.log'), hit('/fast').repeat(30) + hit('/item?id=7').repeat(10));
    const report = parseLoad(await loadtest('--requests-from access.log -n 400 --seed 1 --json'));
    const [fast, item] = report.endpoints;
    expect([fast?.endpoint, item?.endpoint]).toEqual(['/fast', '/item?id=7']);
    expect(fast?.sent).toBeGreaterThan(260);
    expect(fast?.sent).toBeLessThan(340);
    expect(origin.requests.get('/item?id=7')).toBe(item?.sent);
    // Of the spec file's origin, with its headers.
    expect(origin.lastHeader('/fast', 'x-token')).toBe('s3cret');
  });

  it('are addresses and paths with weights, of the application that --url names', async () => {
    const { origin, folder, loadtest } = place();
    await writeFile(path.join(folder, 'urls.txt'), `# visitors\n/fast 3\n\n${origin.url}/plain 0\n`);
    const report = parseLoad(await loadtest(`--requests-from urls.txt --url ${origin.url} -n 10 --json`));
    expect(report.endpoints.map(({ endpoint, sent }) => [endpoint, sent])).toEqual([
      ['/fast', 10],
      [`${origin.url}/plain`, 0],
    ]);
    expect(origin.lastHeader('/fast', 'x-token')).toBeUndefined();
  });

  it('are the GET requests of a HAR file with their headers', async () => {
    const { origin, folder, loadtest } = place();
    const request = (method: string, url: string) => ({
      request: {
        method,
        url,
        headers: [
          { name: ':path', value: '/' },
          { name: 'Accept-Language', value: 'de' },
        ],
      },
    });
    const entries = [request('GET', `${origin.url}/fast`), request('POST', `${origin.url}/order`)];
    await writeFile(path.join(folder, 'visit.har'), JSON.stringify({ log: { version: '1.2', entries } }));
    const result = await loadtest('--requests-from visit.har -n 3 --json');
    expect(parseLoad(result).totals.succeeded).toBe(3);
    expect(result.stderr).toContain('visit.har: 1 request is no GET, and left out');
    expect(origin.lastHeader('/fast', 'accept-language')).toBe('de');
    expect(origin.requests.has('/order')).toBe(false);
  });

  it('say what is wrong with them', async () => {
    const { folder, loadtest } = place();
    await writeFile(path.join(folder, 'bad.txt'), '/fast\nftp://host/\n');
    expect(await loadtest('--requests-from bad.txt')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('bad.txt:2 is no address: ftp://host/') as string,
    });
    await writeFile(path.join(folder, 'empty.txt'), '\n');
    expect((await loadtest('--requests-from empty.txt')).stderr).toContain('empty.txt has no requests');
    expect((await loadtest('--requests-from missing.log')).code).toBe(2);
    await writeFile(path.join(folder, 'no.log'), 'this is no log\n'.repeat(3));
    expect(await loadtest('--requests-from no.log')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('is in Common, Combined or JSON form') as string,
    });
    expect(await loadtest('--requests-from .')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('. cannot be read: it is a folder') as string,
    });
  });
});

describe('safety of load', () => {
  it.each(['http://192.0.2.1/', 'http://example.com:8080/', 'http://127.0.0.1.example.com/'])(
    'refuses %s, which is not this machine',
    async (url) => {
      const { loadtest } = place();
      const result = await loadtest(`--url ${url} --json`);
      expect([result.code, parseLoad(result).error?.code]).toEqual([7, 'loadtest.remote']);
      expect(parseLoad(result).error?.hint).toContain(`--allow-remote ${new URL(url).hostname}`);
    },
  );

  it('refuses a scope whose application is elsewhere, before it is asked anything', async () => {
    const { redis, loadtest } = place();
    await redis.call('SET', 'shop:page:fast', 'old');
    const env = { ORIGIN_URL: 'http://192.0.2.1:8000' };
    expect((await loadtest('--scope fast', { env })).code).toBe(7);
    expect((await loadtest('--scope listed --rate 5/s', { env })).code).toBe(7);
    expect(String(await redis.call('GET', 'shop:page:fast'))).toBe('old');
  });

  it('takes a host that is named', async () => {
    const { loadtest } = place();
    const result = await loadtest(
      '--url http://unknown.invalid/ --allow-remote unknown.invalid --request-timeout 5s --json',
    );
    expect(result.code).toBe(3);
    expect(parseLoad(result).error?.code).not.toBe('loadtest.remote');
  });
});

describe('load that is interrupted', () => {
  it('is reported as far as it came, and exits 130', async () => {
    const { origin, loadtest } = place();
    let send: ((signal: 'SIGINT') => void) | undefined;
    origin.onRequest = (path, count) => {
      if (path === '/slow' && count === 8) send?.('SIGINT');
    };
    const result = await loadtest(`--url ${origin.url}/slow --duration 60s --connections 2 --json`, {
      onStart: (sender) => (send = sender),
    });
    expect(result.code).toBe(130);
    const report = parseLoad(result);
    expect(report.interrupted).toBe(true);
    const { sent, unfinished } = report.totals;
    expect(sent).toBeGreaterThanOrEqual(6);
    expect(sent + unfinished).toBe(origin.requests.get('/slow'));
  });
});
