import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ConfigError } from '../../../src/config/diagnose.ts';
import { decodeSpec, parseSpec } from '../../../src/config/load.ts';
import { MAX_SPEC_BYTES } from '../../../src/config/limits.ts';
import { connectionWarnings, requireConnection } from '../../../src/config/loaded.ts';

const load = (text: string, env: Readonly<Record<string, string>> = {}) =>
  parseSpec({ path: 'cachectl.yaml', text }, env);

function failure(run: () => unknown): ConfigError {
  try {
    run();
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** `line:column message, suggestion` of every mistake. */
const mistakes = (text: string, env: Readonly<Record<string, string>> = {}) =>
  failure(() => load(text, env)).diagnostics.map(
    ({ line, column, message, suggestion }) =>
      `${line}:${column} ${message}${suggestion === undefined ? '' : `, ${suggestion}`}`,
  );

const entry = (fields: string) => `version: 1\nscopes:\n  s:\n    entries:\n      - { ${fields} }\n`;

const EXAMPLE = `version: 1
connections:
  default:    { url: "\${REDIS_URL:-redis://127.0.0.1:6379/0}" }
  production: { url: "rediss://cache.internal:6380/0", username: deploy, password: "\${CACHE_PASSWORD:?}", protected: true }
layout: { type: plain, prefix: "shop:" }
origin:
  base_url: "\${ORIGIN_URL:-http://127.0.0.1:8000}"
  headers: { Authorization: "Bearer \${WARM_TOKEN:-}" }
ttl_classes: { hot: 60s, normal: 5m, static: 1h }
defaults: { ttl: normal, ttl_jitter: 10%, concurrency: 16, timeout: 10s, retries: 2 }
scopes:
  homepage:
    description: What a visitor sees first
    entries:
      - { key: "homepage:features", path: /api/features, ttl: static, tags: [features] }
      - { key: "homepage:{lang}", path: "/?lang={lang}", matrix: { lang: [en, fr, de] }, headers: { Accept-Language: "{lang}" } }
  users:
    limit: 100
    entries:
      - key: "user:{id}:dashboard"
        path: "/api/users/{id}/dashboard"
        foreach: { from: http, path: /api/users, select: "results[*].id", as: id }
`;

describe('a valid spec file', () => {
  it('loads the example of the product contract without any variable set', () => {
    const { spec, warnings, connectionNames } = load(EXAMPLE);
    expect(warnings).toEqual([]);
    expect(connectionNames).toEqual(['default', 'production']);
    expect(spec).toEqual({
      version: 1,
      connections: {
        default: { url: 'redis://127.0.0.1:6379/0', protected: false },
        production: { url: 'rediss://cache.internal:6380/0', username: 'deploy', protected: true },
      },
      layout: { type: 'plain', prefix: 'shop:' },
      origin: { baseUrl: 'http://127.0.0.1:8000', headers: { Authorization: 'Bearer ' } },
      ttlClasses: { hot: 60, normal: 300, static: 3600 },
      defaults: { ttlSeconds: 300, ttlJitter: 0.1, concurrency: 16, timeoutMs: 10_000, retries: 2 },
      namespaces: {},
      scopes: {
        homepage: {
          name: 'homepage',
          description: 'What a visitor sees first',
          entries: [
            {
              key: 'homepage:features',
              path: '/api/features',
              ttlSeconds: 3600,
              ttlJitter: 0.1,
              headers: {},
              tags: ['features'],
              at: { pointer: '/scopes/homepage/entries/0', line: 15 },
            },
            {
              key: 'homepage:{lang}',
              path: '/?lang={lang}',
              ttlSeconds: 300,
              ttlJitter: 0.1,
              headers: { 'Accept-Language': '{lang}' },
              tags: [],
              matrix: { lang: ['en', 'fr', 'de'] },
              at: { pointer: '/scopes/homepage/entries/1', line: 16 },
            },
          ],
        },
        users: {
          name: 'users',
          limit: 100,
          entries: [
            {
              key: 'user:{id}:dashboard',
              path: '/api/users/{id}/dashboard',
              ttlSeconds: 300,
              ttlJitter: 0.1,
              headers: {},
              tags: [],
              foreach: [{ from: 'http', path: '/api/users', select: 'results[*].id', as: 'id' }],
              at: { pointer: '/scopes/users/entries/0', line: 20 },
            },
          ],
        },
      },
    });
  });

  it('needs nothing but a version and then has the product defaults', () => {
    expect(load('version: 1').spec).toEqual({
      version: 1,
      connections: {},
      layout: { type: 'plain', prefix: '' },
      ttlClasses: {},
      defaults: { ttlSeconds: 300, ttlJitter: 0, concurrency: 16, timeoutMs: 10_000, retries: 2 },
      namespaces: {},
      scopes: {},
    });
  });

  it('keeps numbers in lists and headers exactly as written', () => {
    const fields =
      'key: "k:{v}", path: /, matrix: { v: [1.10, 007, 12345678901234567890, true, x] }, headers: { X-V: 1.10 }';
    const [first] = load(entry(fields)).spec.scopes['s']?.entries ?? [];
    expect(first?.matrix).toEqual({ v: ['1.10', '007', '12345678901234567890', 'true', 'x'] });
    expect(first?.headers).toEqual({ 'X-V': '1.10' });
  });

  it('takes numbers and booleans from the environment', () => {
    const text = `version: 1
connections: { a: { url: redis://h, protected: "\${P:-true}", retries: "\${R}" } }
defaults: { concurrency: "\${C:-4}", ttl_jitter: "\${J}", ttl: "\${T:-90}" }`;
    const { spec } = load(text, { R: '3', J: '0.5' });
    expect(spec.connections['a']).toEqual({ url: 'redis://h', protected: true, retries: 3 });
    expect(spec.defaults).toMatchObject({ concurrency: 4, ttlJitter: 0.5, ttlSeconds: 90 });
  });

  it('leaves text from the environment alone where text is wanted', () => {
    const { spec } = load('version: 1\nconnections: { a: { url: redis://h, password: "${P}" } }', {
      P: '0123',
    });
    expect(spec.connections['a']?.password).toBe('0123');
  });

  it('follows anchors and aliases', () => {
    const text = 'version: 1\nttl_classes: { a: &t 30s, b: *t }';
    expect(load(text).spec.ttlClasses).toEqual({ a: 30, b: 30 });
  });

  it('finds only names that the file has', () => {
    const { scopes } = load('version: 1\nscopes: { s: { entries: [] } }').spec;
    expect(scopes['constructor']).toBeUndefined();
  });

  it('reads a byte order mark and Windows line ends', () => {
    expect(load('\ufeffversion: 1\r\ndefaults:\r\n  retries: 4\r\n').spec.defaults.retries).toBe(4);
  });

  it('warns about a variable that is not set', () => {
    const { warnings } = load('version: 1\norigin:\n  base_url: http://h\n  headers: { X-A: "b${NOPE}" }');
    expect(warnings).toMatchObject([
      {
        line: 4,
        column: 21,
        message: 'the environment variable NOPE is not set',
        sourceLine: '  headers: { X-A: ********** }',
      },
    ]);
  });
});

describe('connections that require a variable', () => {
  it('fail only when they are asked for', () => {
    const loaded = load(EXAMPLE);
    expect(requireConnection(loaded, 'default').url).toBe('redis://127.0.0.1:6379/0');
    const error = failure(() => requireConnection(loaded, 'production'));
    expect(error).toMatchObject({ code: 'config.invalid', exitCode: 2 });
    expect(error.diagnostics).toMatchObject([
      { line: 4, column: 85, message: 'the environment variable CACHE_PASSWORD is not set' },
    ]);
  });

  it('are complete once the variable is set', () => {
    const loaded = load(EXAMPLE, { CACHE_PASSWORD: 'hunter2' });
    expect(requireConnection(loaded, 'production').password).toBe('hunter2');
  });

  it('count as protected while that is not known', () => {
    const { spec } = load('version: 1\nconnections: { a: { url: "${U:?}", protected: "${P:?}" } }');
    expect(spec.connections['a']).toEqual({ protected: true });
  });

  it('still have their other mistakes reported', () => {
    expect(mistakes('version: 1\nconnections: { a: { url: "${U:?}", usrname: x } }')).toEqual([
      '2:36 unknown key `usrname`, did you mean `username`?',
    ]);
  });

  it('fail at once where the variable belongs to something else', () => {
    expect(mistakes('version: 1\norigin: { base_url: "${O:?say where}" }')).toEqual([
      '2:22 the environment variable O is not set: say where',
    ]);
  });

  it('keep their warnings to themselves', () => {
    const loaded = load('version: 1\nconnections: { a: { url: redis://h, password: "${P}" } }');
    expect(loaded.warnings).toEqual([]);
    expect(connectionWarnings(loaded, 'a')).toMatchObject([{ line: 2, column: 48 }]);
  });
});

describe('mistakes', () => {
  it('are reported all at once with line, column and suggestion', () => {
    const text = `version: 1
ttl_classes: { normal: 5m }
defaults: { retries: many }
scopes:
  home:
    entries:
      - key: "home:{lag}"
        path: api
        tll: 60s
        matrix: { lang: [en, fr] }
      - { key: news, path: /news, ttl: nromal, tags: news }
`;
    expect(mistakes(text)).toEqual([
      '3:22 expected a whole number of at least 0, found `many`',
      '7:20 unknown placeholder `{lag}`, did you mean `{lang}`?',
      '8:15 a path starts with one `/`, or is an absolute http(s) URL of the origin',
      '9:9 unknown key `tll`, did you mean `ttl`?',
      '11:40 unknown TTL class: `nromal`, did you mean `normal`?',
      '11:54 expected a list, found a string',
    ]);
  });

  it.each([
    ['', '1:1 this file is empty, start it with `version: 1`'],
    ['# nothing\n', '1:1 this file is empty, start it with `version: 1`'],
    ['- a', '1:1 expected a map, found a list'],
    ['scopes: {}', '1:1 missing key `version`, add `version: 1`'],
    ['version: 2', '1:10 expected 1, found `2`'],
    ['version: 1\nversion: 1', '2:1 duplicate key `version`, first given on line 1'],
    ['version: 1\n<<: {}', '2:1 unknown key `<<`, YAML 1.2 has no merge keys'],
    ['version: 1\n? [a]\n: b', '2:3 a key is a plain name'],
    ['version: 1\n__proto__: {}', '2:1 a key is a plain name'],
    [
      'version: 1\nttl_classes: { a: !!js/function x }',
      '2:19 custom tags are not allowed: a spec file is data only',
    ],
    ['version: 1\n---\nversion: 1', '2:1 more than one document: a spec file holds exactly one'],
    [
      'version: 1\nscopes: { home: { entries: [{ key: news, path: /news, ttl: 5 minutes }] } }',
      '2:60 unknown TTL class: `5 minutes`, did you mean 5m?',
    ],
    [
      'version: 1\ndefaults: { rate: "50" }',
      '2:19 expected a rate such as 50/s, 600/m or 0.5/s, did you mean 50/s?',
    ],
    ['version: 1\nlayout: { type: plan }', '2:17 unknown type: `plan`, did you mean `plain`?'],
    [
      'version: 1\nlayout: { prefix: x }',
      '2:1 missing key `type`, one of plain, django, rails, laravel, spring, symfony, wordpress, keyv',
    ],
    ['version: 1\nlayout: { type: djano }', '2:17 unknown type: `djano`, did you mean `django`?'],
    ['version: 1\nlayout: { type: django, prefx: a }', '2:25 unknown key `prefx`, did you mean `prefix`?'],
    [
      'version: 1\nlayout: { type: django, version: [] }',
      '2:34 expected one value, or a list of at least one, found a list',
    ],
    [
      'version: 1\nlayout: { type: rails, long_keys: sha1 }',
      '2:35 expected sha256, md5 or sha2, found `sha1`',
    ],
    ['version: 1\nconnections:', '2:13 expected a map, found nothing'],
    [
      'version: 1\nconnections: { a: {} }',
      '2:16 this connection does not say where: missing key `url` (or `sentinels` or `cluster`)',
    ],
    [
      'version: 1\nconnections: { a: { url: redsi://h } }',
      '2:26 "redsi://" is not a kind of Redis URL, did you mean redis://?',
    ],
    [
      'version: 1\nconnections: { a: { url: redis://h, password: 12 } }',
      '2:47 expected a string, found a number, put it in quotes',
    ],
    [
      'version: 1\nscopes: { all: { entries: [] } }',
      '2:11 the scope name `all` is reserved: it stands for every scope',
    ],
    ['version: 1\nttl_classes: { 5m: 1h }', '2:16 a TTL class cannot be named like a duration: `5m`'],
    [
      'version: 1\norigin: { base_url: "http://u:p@h" }',
      '2:21 credentials do not belong into this URL, send an Authorization header',
    ],
    ['version: 1\norigin: { base_url: /api }', '2:21 expected an absolute http:// or https:// URL'],
    ['version: 1\na: *b', '2:4 no anchor `&b` before this alias'],
  ])('in %j are named', (text, expected) => {
    expect(mistakes(text)).toContain(expected);
  });

  it.each([
    ['key: "a^{b", path: /', 'unmatched `{`, a literal brace is `{{` or `}}`'],
    ['key: "a:^{id}", path: /', 'unknown placeholder `{id}`, the entry has neither `matrix` nor `foreach`'],
    ['key: ^"", path: /', 'a key is not empty'],
    [
      'key: ^a, path: /, matrix: { l: [x, y] }',
      'the key does not use `{l}`, so that different targets would share one key',
    ],
    ['key: "{l}", path: /, matrix: { l: ^[] }', 'expected at least one value, found a list'],
    ['key: "{l}", path: /, matrix: { l: [x, ^{}] }', 'expected a string, a number or a boolean, found a map'],
    [
      'key: "{l}", path: /, matrix: { l: [x] }, foreach: { from: inline, values: [1], as: ^l }',
      '`matrix` has a variable `l` already',
    ],
    ['key: "{i}", path: /, foreach: { from: ^htp, as: i }', 'unknown from: `htp`, did you mean `http`?'],
    [
      'key: "{i}", path: /, ^foreach: { as: i }',
      'missing key `from`, one of inline, range, file, http, redis, sitemap, access_log',
    ],
    [
      'key: "{i}", path: /, foreach: { from: range, start: 1, end: ^.inf, as: i }',
      'expected a whole number, found `.inf`',
    ],
    [
      'key: "{i}", path: /, foreach: { from: range, start: 1, end: 9, step: ^0, as: i }',
      'a step of 0 never reaches the end',
    ],
    [
      'key: "{i}", path: /, foreach: { from: range, start: 9, end: ^1, as: i }',
      'a step of 1 never gets from 9 to 1',
    ],
    [
      'key: a, path: ^//evil.example/',
      'a path starts with one `/`, or is an absolute http(s) URL of the origin',
    ],
    [
      'key: a, path: /, ttl: ^0',
      'expected a duration such as 500ms, 30s, 5m, 1h30m or 7d, at least 1ms, found `0`',
    ],
    [
      'key: a, path: /, ttl: ^0.0004',
      'expected a duration such as 500ms, 30s, 5m, 1h30m or 7d, at least 1ms, found `0.0004`',
    ],
    [
      'key: a, path: /, serializer: ^yaml',
      'expected raw or json or pickle or php or msgpack or keyv, found `yaml`',
    ],
    [
      'key: a, path: /, serializer: ^marshal',
      'expected raw or json or pickle or php or msgpack or keyv ' +
        '(Ruby objects of Rails are read, and never written: json is for `Rails.cache.read(key, raw: true)`), ' +
        'found `marshal`',
    ],
    ['key: a, path: /, headers: { ^"X A": b }', 'this is not the name of a header'],
    ['key: a, path: /, headers: { X: ^"a\\nb" }', 'a header holds no line breaks or control characters'],
  ])('of the entry { %s } are named at the ^', (marked, expected) => {
    const line = entry(marked).split('\n')[4] ?? '';
    expect(mistakes(entry(marked.replace('^', '')))).toEqual([`5:${line.indexOf('^') + 1} ${expected}`]);
  });

  it('include an absolute path that leaves the origin, because its headers would go along', () => {
    const text = (path: string) =>
      `${entry(`key: a, path: "${path}"`)}origin: { base_url: "http://a.example:80/x" }`;
    expect(load(text('http://a.example/y')).spec.scopes['s']?.entries).toHaveLength(1);
    const expected = '5:25 this URL is not on the origin, it must start with http://a.example/';
    expect(mistakes(text('http://b.example/y'))).toEqual([expected]);
    expect(mistakes(text('http://a.example.evil/y'))).toEqual([expected]);
  });

  it('include no entry that stands there twice, and none whose values alone tell', () => {
    const fixed = '{ key: a, path: /, ttl: 5m }';
    const filled = (path: string, from: number) =>
      `{ key: "a:{n}", path: "${path}", foreach: { from: range, start: ${from}, end: ${from + 9}, as: n } }`;
    const entries = [fixed, fixed, filled('/{n}', 1), filled('/{n}', 5), filled('/b/{n}', 50)];
    const text = `version: 1\nscopes:\n  s:\n    entries:\n${entries.map((one) => `      - ${one}\n`).join('')}`;
    expect(load(text).spec.scopes['s']?.entries).toHaveLength(5);
  });

  it('include the same key twice in one scope, with the line of the first', () => {
    const text =
      'version: 1\nscopes:\n  s:\n    entries:\n      - { key: a, path: / }\n      - { key: a, path: /b }\n';
    expect(mistakes(text)).toEqual(['6:16 another entry of this scope writes the same key, on line 5']);
  });

  it('name the variable that is not set beside the value that is wrong without it', () => {
    expect(mistakes('version: 1\ndefaults: { concurrency: "${C}" }')).toEqual([
      '2:26 expected a whole number of at least 1, found an empty string',
      '2:27 the environment variable C is not set',
    ]);
  });

  it('never quote what came from the environment', () => {
    const [first] = mistakes('version: 1\ndefaults: { ttl: "${T}" }', { T: 'hunter2' });
    expect(first).toContain('unknown TTL class: the value of T');
    expect(first).not.toContain('hunter2');
  });

  it('stop at 200, and the rest is counted', () => {
    const text = `version: 1\n${Array.from({ length: 300 }, (_, index) => `k${index}: 1\n`).join('')}`;
    const { diagnostics } = failure(() => load(text));
    expect(diagnostics).toHaveLength(201);
    expect(diagnostics.at(-1)?.message).toBe('100 more mistakes after this one');
  });
});

describe('files that are refused before they are understood', () => {
  it('are larger than 5 MB', () => {
    expect(mistakes(`version: 1\n#${'x'.repeat(MAX_SPEC_BYTES)}`)).toEqual([
      '1:1 this file is over 5 MB, the most that a spec file may have',
    ]);
    expect(failure(() => decodeSpec('f', new Uint8Array(MAX_SPEC_BYTES + 1))).message).toContain('over 5 MB');
  });

  it('are binary', () => {
    expect(failure(() => load('version: 1\0')).message).toContain('not a text file');
    expect(failure(() => decodeSpec('f', Buffer.from([0xff, 0xfe, 0x41]))).message).toBe(
      'f:1:1: this is not a text file in UTF-8',
    );
  });

  it('are alias bombs', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const previous = level === 0 ? 'x' : `*l${level - 1}`;
      return `l${level}: &l${level} [${Array.from({ length: 9 }, () => previous).join(', ')}]`;
    });
    const bomb = mistakes(`version: 1\n${levels.join('\n')}`);
    expect(bomb.filter((line) => line.includes('aliases expand to more than 10,000 values'))).toHaveLength(1);
  });

  it.each([
    ['one enormous text', entry(`key: "${'{a}'.repeat(1_000_000)}", path: /`), 'longer than 64 KB'],
    [
      'a duration without end',
      `version: 1\ndefaults: { ttl: "${'1s'.repeat(30_000)}x" }`,
      'unknown TTL class',
    ],
    [
      'a huge list of wrong values',
      entry(`key: a, path: /, tags: [${'{},'.repeat(150_000)}]`),
      'too many values',
    ],
  ])('hold %s', (_what, text, message) => {
    expect(failure(() => load(text)).message).toContain(message);
  });

  it('contain themselves', () => {
    expect(mistakes('version: 1\nscopes: &s { a: *s }')).toContain('2:17 the alias `*s` contains itself');
  });

  it.each(['[', '- ', '{a: ', ': '])('nest %j too deeply', (piece) => {
    expect(failure(() => load(piece.repeat(100_000))).message).toContain('nested more than 64 levels deep');
  });
});

describe('any text at all', () => {
  const throwsOnlyConfigError = (run: () => unknown) => {
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError);
    }
  };

  it('gives a spec or a ConfigError', () => {
    const words = [
      'version: 1',
      'scopes:',
      '\n',
      '  ',
      '- ',
      '{',
      '}',
      '[',
      ']',
      '"',
      "'",
      '&a ',
      '*a',
      '!!x ',
      ': ',
    ];
    const yamlish = fc.array(
      fc.oneof(fc.constantFrom(...words, 'key', 'entries', '${A', '}', '|', '?', '#'), fc.string()),
    );
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => throwsOnlyConfigError(() => load(text))));
    fc.assert(
      fc.property(yamlish, (parts) => throwsOnlyConfigError(() => load(parts.join('')))),
      { numRuns: 1000 },
    );
  });

  it('gives a spec or a ConfigError for any value anywhere in a good file', () => {
    const lines = EXAMPLE.split('\n');
    fc.assert(
      fc.property(fc.nat(lines.length - 1), fc.nat(80), fc.string(), (line, column, noise) => {
        const changed = lines.with(line, (lines[line] ?? '').slice(0, column) + noise);
        throwsOnlyConfigError(() => load(changed.join('\n')));
      }),
      { numRuns: 1000 },
    );
  });

  it('gives a spec or a ConfigError for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        throwsOnlyConfigError(() => parseSpec(decodeSpec('f', bytes), {}));
      }),
    );
  });
});
