import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ensurePackages, systemPython } from '../support/ensure-packages.ts';
import { startTestRedis, type TestRedis } from '../support/redis.ts';
import { runMain } from '../support/run-main.ts';

const STORE = `
import sys, datetime, decimal, django
from django.conf import settings
url = sys.argv[1]
c, s = 'django_redis.compressors.', 'django_redis.serializers.'
kinds = {'pickle': {}, 'zlib': {'COMPRESSOR': c + 'zlib.ZlibCompressor'}, 'lzma': {'COMPRESSOR': c + 'lzma.LzmaCompressor'},
  'lz4': {'COMPRESSOR': c + 'lz4.Lz4Compressor'}, 'json': {'SERIALIZER': s + 'json.JSONSerializer'}, 'msgpack': {'SERIALIZER': s + 'msgpack.MSGPackSerializer'}}
settings.configure(USE_I18N=False, DEFAULT_CHARSET='utf-8', ROOT_URLCONF=__name__, ALLOWED_HOSTS=['*'], CACHES={name if name != 'pickle' else 'default':
  {'BACKEND': 'django_redis.cache.RedisCache', 'LOCATION': url, 'KEY_PREFIX': name, 'OPTIONS': options} for name, options in kinds.items()})
django.setup()
from django.core.cache import caches
from django.http import HttpResponse
from django.template import Context, Template
from django.test import RequestFactory
from django.utils.safestring import mark_safe
from django.views.decorators.cache import cache_page
urlpatterns = []
for name in kinds:
    cache = caches['default' if name == 'pickle' else name]
    cache.set('plain', {'id': 42, 'text': 'Zo\\u00eb ' * 20, 'list': [1, None, True, 1.5]}, None)
cache = caches['default']
cache.set('rich', {'price': decimal.Decimal('1.10'), 'at': datetime.datetime(2026, 1, 2, 3, 4), 'html': mark_safe('<b>')}, None)
cache.set('fragment', mark_safe('<p>sidebar</p>'), None)
cache_page(60)(lambda request: HttpResponse('<h1>home</h1>'))(RequestFactory().get('/home'))
`;

let redis: TestRedis;

beforeAll(async () => {
  await ensurePackages(['python3-django', 'python3-django-redis', 'python3-msgpack', 'python3-lz4']);
  redis = await startTestRedis();
  await promisify(execFile)(await systemPython(), ['-c', STORE, redis.url]);
});
afterAll(() => redis.stop());

async function valueOf(key: string): Promise<Record<string, unknown>> {
  const { code, stdout } = await runMain(['inspect', '--json', '--url', redis.url, key]);
  expect(code).toBe(0);
  return (JSON.parse(stdout) as { keys: { value: Record<string, unknown> }[] }).keys[0]?.value ?? {};
}

test.each([
  ['pickle', ['pickle']],
  ['zlib', ['zlib', 'pickle']],
  ['lzma', ['xz', 'pickle']],
  ['lz4', ['lz4', 'pickle']],
  ['msgpack', ['msgpack']],
  ['json', undefined],
])('reads what django-redis stored with %s', async (name, chain) => {
  const value = await valueOf(`${name}:1:plain`);
  expect(value['chain']).toEqual(chain);
  expect(value['data']).toEqual({ id: 42, text: 'Zoë '.repeat(20), list: [1, null, true, 1.5] });
});

test('keeps decimals, dates and safe strings', async () => {
  expect((await valueOf('pickle:1:rich'))['data']).toEqual({
    price: { $decimal: '1.10' },
    at: { $datetime: '2026-01-02T03:04:00' },
    html: '<b>',
  });
  const { stdout } = await runMain(['inspect', '--url', redis.url, 'pickle:1:fragment']);
  expect(stdout).toContain('format    pickle\nvalue     <p>sidebar</p>\n');
});

test('shows a page that cache_page stored, and leaves no value undecoded', async () => {
  const keys = await redis.keys();
  const page = keys.find((key) => key.includes('cache_page')) ?? '';
  const { stdout } = await runMain(['inspect', '--url', redis.url, page]);
  expect(stdout).toContain(
    '  django.http.response.HttpResponse\n    200 OK\n    Content-Type: text/html; charset=utf-8\n',
  );
  expect(stdout).toMatch(/\n {4}<h1>home<\/h1>\n$/);
  expect(keys).toHaveLength(10);
  for (const key of keys) expect((await valueOf(key))['encoding'], key).not.toBe('base64');
});
