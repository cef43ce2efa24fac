import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startGuarded, type GuardedProcess } from '../../src/local-server/guarded-process.ts';
import { freePort } from '../../src/local-server/start-redis.ts';
import { ensurePackages } from '../support/ensure-packages.ts';
import { startOrigin, type TestOrigin } from '../support/http-origin.ts';
import { runBinary } from '../support/run-binary.ts';
import { createSpecFolder, type SpecFolder } from '../support/spec-folder.ts';
import { until } from '../support/until.ts';

const GUIDE = new URL('../../docs/fronts.md', import.meta.url);

let origin: TestOrigin;
let spec: SpecFolder;
let folder: string;
beforeAll(async () => {
  await ensurePackages(['varnish', 'nginx-light', 'libnginx-mod-http-cache-purge']);
  origin = await startOrigin({
    '*': (_request, response, number) => {
      response.setHeader('cache-control', 'max-age=600');
      response.end(`answer ${number}`);
    },
  });
  spec = await createSpecFolder();
  folder = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
});
afterAll(() => Promise.all([origin.stop(), spec.remove()]));
beforeEach(() => origin.reset());

/** A block of the guide, with the places in it replaced by this test's. */
async function recipe(
  section: string,
  language: string,
  places: Readonly<Record<string, string>>,
): Promise<string> {
  const guide = await readFile(GUIDE, 'utf8');
  const part = guide.split(`<!-- ${section} -->`)[1]?.split(`<!-- /${section} -->`)[0] ?? '';
  let block = part.split(`\`\`\`${language}\n`)[1]?.split('\n```')[0] ?? '';
  expect(block).not.toBe('');
  for (const [from, to] of Object.entries(places)) {
    expect(block).toContain(from);
    block = block.replaceAll(from, to);
  }
  return block;
}

async function invalidate(yaml: string, argv: readonly string[], env: Readonly<Record<string, string>> = {}) {
  await spec.write(`version: 1\n${yaml}\n`);
  const run = await runBinary(['invalidate', ...argv, '--json'], { cwd: spec.folder, env });
  return { ...run, report: JSON.parse(run.stdout) as Record<string, unknown> };
}

const get = async (url: string): Promise<string> => (await fetch(url)).text();

/** Asks until the front answers with the origin's words. */
async function untilUp(url: string): Promise<void> {
  await until(() =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
}

describe('Varnish', () => {
  let varnish: GuardedProcess;
  let url: string;
  let yaml: string;
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const vcl = path.join(folder, 'default.vcl');
    const originPort = origin.host.split(':')[1] ?? '';
    await writeFile(vcl, await recipe('varnish', 'vcl', { '"8000"': `"${originPort}"` }));
    yaml = await recipe('varnish', 'yaml', { '127.0.0.1:6081': `127.0.0.1:${port}` });
    const place = ['-n', path.join(folder, 'varnish'), '-a', `127.0.0.1:${port}`];
    varnish = await startGuarded(
      ['varnishd', '-F', '-j', 'none', ...place, '-f', vcl, '-s', 'malloc,16m'],
      '',
    );
    await untilUp(`${url}/up`);
  });
  afterAll(() => varnish.stop());

  test('loses exactly the address that is purged', async () => {
    for (const id of [42, 43]) expect(await get(`${url}/products/${id}`)).toBe('answer 1');
    expect(await get(`${url}/products/42`)).toBe('answer 1');
    const run = await invalidate(yaml, ['product.updated', '--data', 'id=42']);
    expect(run.report).toMatchObject({ actions: [{ kind: 'http', status: 'done', result: 'answered 200' }] });
    expect(run.code).toBe(0);
    expect(await get(`${url}/products/42`)).toBe('answer 2');
    expect(await get(`${url}/products/43`)).toBe('answer 1');
  });

  test('loses all that a ban matches, and nothing else', async () => {
    for (const at of ['products/7', 'products/8', 'about'])
      expect(await get(`${url}/${at}`)).toBe('answer 1');
    expect((await invalidate(yaml, ['catalog.changed'])).code).toBe(0);
    expect(await get(`${url}/products/7`)).toBe('answer 2');
    expect(await get(`${url}/products/8`)).toBe('answer 2');
    expect(await get(`${url}/about`)).toBe('answer 1');
  });
});

describe('nginx', () => {
  let nginx: GuardedProcess;
  let url: string;
  let yaml: string;
  beforeAll(async () => {
    const port = await freePort();
    url = `http://127.0.0.1:${port}`;
    const server = await recipe('nginx', 'nginx', {
      '/var/cache/nginx/app': path.join(folder, 'nginx-cache'),
      'listen 127.0.0.1:8080': `listen 127.0.0.1:${port}`,
      'http://127.0.0.1:8000': origin.url,
    });
    yaml = await recipe('nginx', 'yaml', { '127.0.0.1:8080': `127.0.0.1:${port}` });
    await mkdir(path.join(folder, 'nginx'));
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      (name) => `${name}_temp_path ${path.join(folder, 'nginx', name)};`,
    );
    const config = path.join(folder, 'nginx.conf');
    await writeFile(
      config,
      `load_module /usr/lib/nginx/modules/ngx_http_cache_purge_module.so;
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off; worker_processes 1; pid ${path.join(folder, 'nginx.pid')}; error_log stderr;
events {}
http { access_log off; ${temporary.join(' ')}
${server}
}
`,
    );
    nginx = await startGuarded(['nginx', '-c', config, '-p', folder], '');
    await untilUp(`${url}/up`);
  });
  afterAll(() => nginx.stop());

  test('loses exactly the address that is purged, and does not mind where it has none', async () => {
    for (const id of [42, 43]) expect(await get(`${url}/products/${id}`)).toBe('answer 1');
    expect(await get(`${url}/products/42`)).toBe('answer 1');
    for (const id of [42, 99]) {
      const run = await invalidate(yaml, ['product.updated', '--data', `id=${id}`]);
      expect(run.report).toMatchObject({ actions: [{ status: 'done', error: null }] });
      expect(run.code).toBe(0);
    }
    expect(await get(`${url}/products/42`)).toBe('answer 2');
    expect(await get(`${url}/products/43`)).toBe('answer 1');
  });
});

describe('services', () => {
  test('Fastly is sent the surrogate key, and its token shows nowhere', async () => {
    const yaml = await recipe('fastly', 'yaml', { 'https://api.fastly.com': origin.url });
    const env = { FASTLY_SERVICE: 'SU1Z0isxPaozGVKXdv0eY', FASTLY_TOKEN: 'very secret' };
    const run = await invalidate(yaml, ['product.updated', '--data', 'id=42'], env);
    expect(run.code).toBe(0);
    expect(origin.requests).toMatchObject([
      {
        method: 'POST',
        url: '/service/SU1Z0isxPaozGVKXdv0eY/purge/product-42',
        headers: { 'fastly-key': 'very secret', 'fastly-soft-purge': '1' },
      },
    ]);
    const shown = await runBinary(['config', 'show'], { cwd: spec.folder, env });
    expect(run.stdout + run.stderr + shown.stdout).not.toContain('very secret');
  });

  test('Cloudflare is sent the addresses as JSON, whatever is in a value', async () => {
    const yaml = await recipe('cloudflare', 'yaml', { 'https://api.cloudflare.com': origin.url });
    const env = { CLOUDFLARE_ZONE: '023e105f4ecef8ad9ca31a8372d0c353', CLOUDFLARE_TOKEN: 'very secret' };
    const run = await invalidate(yaml, ['product.updated', '--data', 'id=4"2'], env);
    expect(run.code).toBe(0);
    const body = JSON.stringify({ files: ['https://shop.example/products/4"2'] });
    expect(origin.requests).toMatchObject([
      {
        method: 'POST',
        url: '/client/v4/zones/023e105f4ecef8ad9ca31a8372d0c353/purge_cache',
        headers: { authorization: 'Bearer very secret', 'content-length': String(body.length) },
      },
    ]);
  });
});
