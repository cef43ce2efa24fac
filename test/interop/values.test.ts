import { execFileSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { decodeValue } from '../../src/values/decode.ts';
import { renderTree } from '../../src/values/render-tree.ts';
import { readJson } from '../../src/values/serialization/json-reader.ts';
import { writeMsgpack } from '../../src/values/serialization/msgpack-writer.ts';
import { writePhp } from '../../src/values/serialization/php-writer.ts';
import { writePickle } from '../../src/values/serialization/pickle-writer.ts';
import { writePythonJson } from '../../src/values/serialization/python-json-writer.ts';
import { treeJson } from '../../src/values/tree-json.ts';
import { ensurePackages, systemPython } from '../support/ensure-packages.ts';

const PYTHON = [
  'python3-django',
  'python3-msgpack',
  'python3-lz4',
  'python3-zstandard',
  'python3-snappy',
  'python3-brotli',
];
let python: string;

beforeAll(async () => {
  await ensurePackages([...PYTHON, 'php-cli', 'php-igbinary', 'ruby', 'ruby-activesupport', 'ruby-msgpack']);
  python = await systemPython();
});

/** One line of a writer: bytes as it wrote them, and the value as our JSON form has it. */
interface Vector {
  readonly name: string;
  readonly base64: string;
  readonly expected: unknown;
}

function vectorsOf(program: string, args: readonly string[], input = ''): readonly Vector[] {
  const output = execFileSync(program, args, { input, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 });
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Vector);
}

async function decoded(
  base64: string,
): Promise<{ chain: readonly string[]; data: unknown; warnings: readonly string[] }> {
  const { chain, content, warnings } = await decodeValue(Buffer.from(base64, 'base64'));
  if (content.kind === 'tree') return { chain, data: treeJson(content.value, 10_000_000).data, warnings };
  if (content.kind === 'bytes')
    return { chain, data: { $bytes: content.bytes.toString('base64') }, warnings };
  return {
    chain,
    data: content.kind === 'text' ? content.text : (JSON.parse(content.text) as unknown),
    warnings,
  };
}

const PYTHON_VALUES = `
import base64, datetime, decimal, json, random, sys, collections, uuid
rnd = random.Random(int(sys.argv[1]) if len(sys.argv) > 1 else 1)
def tag(v):
    if v is None or v is True or v is False: return v
    if type(v) is int: return v if abs(v) < 2**53 else {'$integer': str(v)}
    if type(v) is float:
        if v != v: return {'$float': 'nan'}
        if v in (float('inf'), float('-inf')): return {'$float': 'inf' if v > 0 else '-inf'}
        return {'$float': '-0.0'} if str(v) == '-0.0' else v
    if isinstance(v, str): return str(v)
    if isinstance(v, (bytes, bytearray)): return {'$bytes': base64.b64encode(v).decode()}
    if type(v) is list: return [tag(x) for x in v]
    if type(v) is tuple: return {'$tuple': [tag(x) for x in v]}
    if type(v) is set: return {'$set': sorted((tag(x) for x in v), key=json.dumps)}
    if type(v) is frozenset: return {'$frozenset': sorted((tag(x) for x in v), key=json.dumps)}
    if isinstance(v, dict):
        if all(type(k) is str and not k.startswith('$') for k in v): return {k: tag(x) for k, x in v.items()}
        return {'$map': [[tag(k), tag(x)] for k, x in v.items()]}
    if isinstance(v, datetime.datetime): return {'$datetime': v.isoformat()}
    if isinstance(v, datetime.date): return {'$date': v.isoformat()}
    if isinstance(v, datetime.time): return {'$time': v.isoformat()}
    if isinstance(v, decimal.Decimal): return {'$decimal': str(v)}
    if isinstance(v, uuid.UUID): return str(v)
    raise TypeError(type(v))
def text():
    return ''.join(chr(rnd.choice([rnd.randrange(32, 127), rnd.randrange(0xa0, 0xd800), rnd.randrange(0x10000, 0x11000), 10, 0])) for _ in range(rnd.randrange(12)))
def leaf(rich):
    kinds = [lambda: None, lambda: True, lambda: False, lambda: rnd.randrange(-300, 300), lambda: rnd.randrange(-2**40, 2**40),
             lambda: rnd.random() * 10 ** rnd.randrange(-20, 20), text, text]
    if rich: kinds += [lambda: rnd.randrange(-2**200, 2**200), lambda: rnd.randbytes(rnd.randrange(20)), lambda: float('inf'), lambda: float('nan'), lambda: -0.0,
             lambda: decimal.Decimal(rnd.randrange(10**12)).scaleb(-rnd.randrange(9)), lambda: datetime.datetime(rnd.randrange(1, 9999), 2, 3, 4, 5, 6, rnd.randrange(10**6)),
             lambda: datetime.datetime(2026, 1, 2, 3, 4, tzinfo=datetime.timezone(datetime.timedelta(minutes=rnd.randrange(-700, 700)))),
             lambda: datetime.date(1999, 12, 31), lambda: datetime.time(1, 2, 3, 4), lambda: uuid.UUID(int=rnd.getrandbits(128)), lambda: SafeString(text())]
    return rnd.choice(kinds)()
def value(rich, depth=0):
    kind = rnd.randrange(10) if depth < 4 else 9
    if kind < 2: return [value(rich, depth + 1) for _ in range(rnd.randrange(6))]
    if kind < 5: return {(leaf(False) if rich and rnd.random() < .2 else text()): value(rich, depth + 1) for _ in range(rnd.randrange(6))}
    if rich and kind == 5: return tuple(value(rich, depth + 1) for _ in range(rnd.randrange(5)))
    if rich and kind == 6: return {rnd.randrange(100) for _ in range(4)}
    if rich and kind == 7: return frozenset(text() for _ in range(3))
    if rich and kind == 8: return collections.OrderedDict((text(), value(rich, depth + 1)) for _ in range(3))
    return leaf(rich)
def out(name, data, expected):
    print(json.dumps({'name': name, 'base64': base64.b64encode(data).decode(), 'expected': expected}))
class SafeString(str): pass
`;

/** Sets have no order: theirs are sorted on both sides. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => {
      const isSet = (name === '$set' || name === '$frozenset') && Array.isArray(inner);
      const list = isSet ? (inner as unknown[]).map((item) => JSON.stringify(item)).sort() : undefined;
      return [name, list ?? sorted(inner)];
    }),
  );
}

test('reads random nested values that Python pickled, in every protocol', async () => {
  const vectors = vectorsOf(python, [
    '-c',
    `${PYTHON_VALUES}
import pickle, pickletools
from django.utils.safestring import SafeString
for i in range(1500):
    protocol = i % 6
    v = [value(True), SafeString(text()) if protocol > 1 else 0]
    try: data = pickle.dumps(v, protocol)
    except RecursionError: continue
    out('protocol %d' % protocol, data, tag(v))
`,
    String(Date.now() % 100_000),
  ]);
  expect(vectors.length).toBeGreaterThan(900);
  for (const { name, base64, expected } of vectors) {
    const { chain, data, warnings } = await decoded(base64);
    expect({ name, base64, chain, warnings }).toEqual({ name, base64, chain: ['pickle'], warnings: [] });
    expect(sorted(data), `${name} ${base64}`).toEqual(sorted(expected));
  }
});

test('finds every compression by itself, around a pickle', async () => {
  const vectors = vectorsOf(python, [
    '-c',
    `${PYTHON_VALUES}
from django.utils.safestring import SafeString
import pickle, zlib, gzip, lzma, lz4.frame, lz4.block, zstandard, snappy, brotli
def framed(d):
    o = bytes.fromhex('ff060000734e61507059')
    for i in range(0, len(d), 65536):
        c = snappy.compress(d[i:i + 65536]); o += b'\\0' + (len(c) + 4).to_bytes(3, 'little') + b'CRCC' + c
    return o
ways = {'zlib': zlib.compress, 'gzip': gzip.compress, 'xz': lambda d: lzma.compress(d, preset=4), 'lz4': lz4.frame.compress, 'zstd': lambda d: zstandard.ZstdCompressor(level=rnd.randrange(1, 20)).compress(d),
  'xz alone': lambda d: lzma.compress(d, format=lzma.FORMAT_ALONE), 'lz4 block': lz4.block.compress, 'snappy': snappy.compress, 'snappy framed': framed, 'brotli': brotli.compress}
for i in range(12):
    v = [value(True) for _ in range(rnd.choice([1, 20, 400]))]
    for name, way in ways.items(): out(name, way(pickle.dumps(v, 4)), tag(v))
`,
  ]);
  for (const { name, base64, expected } of vectors) {
    const { chain, data, warnings } = await decoded(base64);
    expect({ name, chain, warnings }).toEqual({ name, chain: [name.split(' ')[0], 'pickle'], warnings: [] });
    expect(sorted(data)).toEqual(sorted(expected));
  }
});

test('reads random values that Python wrote as MessagePack, timestamps and extensions included', async () => {
  const vectors = vectorsOf(python, [
    '-c',
    `${PYTHON_VALUES}
import msgpack
for i in range(500):
    v = [value(False), rnd.randrange(2**63, 2**64), -2**63]
    out('msgpack', msgpack.packb(v), tag(v))
out('timestamp', msgpack.packb([msgpack.Timestamp(1, 0), msgpack.Timestamp(2**33, 5), msgpack.Timestamp(-1, 0), msgpack.ExtType(5, b'ab')]),
  [{'$datetime': '1970-01-01T00:00:01Z'}, {'$datetime': '2242-03-16T12:56:32.000000005Z'}, {'$datetime': '1969-12-31T23:59:59Z'}, {'$object': 'ext(5)', 'args': [{'$bytes': 'YWI='}]}])
`,
  ]);
  for (const { name, base64, expected } of vectors) {
    expect({ name, ...(await decoded(base64)) }).toEqual({
      name,
      chain: ['msgpack'],
      data: expected,
      warnings: [],
    });
  }
});

test('shows a response that Django pickled as status, headers and body', async () => {
  const [vector] = vectorsOf(python, [
    '-c',
    `${PYTHON_VALUES}
import pickle, django
from django.conf import settings
settings.configure(DEFAULT_CHARSET='utf-8'); django.setup()
from django.http import HttpResponse
r = HttpResponse('<h1>h\\u00e9</h1>'); r['X-Cache'] = 'a'
out('response', pickle.dumps(r, 4), None)
`,
  ]);
  const { content, chain } = await decodeValue(Buffer.from(vector?.base64 ?? '', 'base64'));
  expect(chain).toEqual(['pickle']);
  const shown = content.kind === 'tree' ? renderTree(content.value, 'block', 1_000).text : '';
  expect(shown).toBe(
    [
      'django.http.response.HttpResponse',
      '  200 OK',
      '  Content-Type: text/html; charset=utf-8',
      '  X-Cache: a',
      '',
      '  <h1>hé</h1>',
    ].join('\n'),
  );
});

const PHP_VALUES = `
mt_srand((int) ($argv[1] ?? 1));
function text() { $s = ''; for ($i = mt_rand(0, 8); $i > 0; $i--) $s .= html_entity_decode('&#' . [mt_rand(32, 126), mt_rand(0xa0, 0xd7ff), 0x1f600][mt_rand(0, 2)] . ';', ENT_NOQUOTES, 'UTF-8'); return $s; }
class P { public $a; protected $b; private $c; public $self; }
function leaf() { switch (mt_rand(0, 8)) { case 0: return null; case 1: return true; case 2: return false; case 3: return mt_rand(-300, 300); case 4: return PHP_INT_MAX - mt_rand(0, 9); case 5: return mt_rand() / 7919.0; case 6: return "\\xff\\x00" . text(); default: return text(); } }
function value($d = 0) {
  $k = $d < 4 ? mt_rand(0, 9) : 9;
  if ($k < 3) { $l = []; for ($i = mt_rand(0, 5); $i > 0; $i--) $l[] = value($d + 1); return $l; }
  if ($k < 6) { $l = []; for ($i = mt_rand(1, 5); $i > 0; $i--) $l[text() . 'k'] = value($d + 1); if (mt_rand(0, 3) == 0) $l[mt_rand(5, 50)] = leaf(); return $l; }
  if ($k == 6) { $o = new P; $f = function ($v, $w) { $this->a = $v; $this->b = $w; $this->c = 1; }; $f->call($o, value($d + 1), leaf()); return $o; }
  return leaf();
}
function tag($v) {
  if (is_int($v)) return abs($v) < 2**53 ? $v : ['$integer' => (string) $v];
  if (is_string($v)) return preg_match('//u', $v) ? $v : ['$bytes' => base64_encode($v)];
  if (is_object($v)) { $g = fn() => get_object_vars($this); $p = $g->call($v); return ['$object' => 'P', 'fields' => ['a' => tag($p['a']), 'b:protected' => tag($p['b']), 'c:P:private' => tag($p['c']), 'self' => tag($p['self'])]]; }
  if (!is_array($v)) return $v;
  if (array_is_list($v)) return array_map('tag', $v);
  foreach ($v as $k => $_) if (is_int($k) || $k[0] === '$') { $pairs = []; foreach ($v as $k => $x) $pairs[] = [$k, tag($x)]; return ['$map' => $pairs]; }
  return array_map('tag', $v);
}
function out($name, $data, $v) { echo json_encode(['name' => $name, 'base64' => base64_encode($data), 'expected' => tag($v)], JSON_PRESERVE_ZERO_FRACTION), "\\n"; }
ini_set('serialize_precision', '-1');
`;

test.each(['serialize', 'igbinary_serialize'])(
  'reads random nested values that PHP wrote with %s',
  async (write) => {
    const vectors = vectorsOf('php', [
      '-d',
      'igbinary.compact_strings=On',
      '-r',
      `${PHP_VALUES} for ($i = 0; $i < 600; $i++) { $v = [value(), value()]; out('php', ${write}($v), $v); }`,
      '--',
      String(Date.now() % 100_000),
    ]);
    for (const { base64, expected } of vectors) {
      const { chain, data, warnings } = await decoded(base64);
      expect({ base64, chain, warnings }).toEqual({
        base64,
        chain: [write === 'serialize' ? 'php' : 'igbinary'],
        warnings: [],
      });
      expect(data, base64).toEqual(expected);
    }
  },
);

const RUBY_VALUES = `
require 'json'; require 'base64'; require 'bigdecimal'; require 'set'; require 'date'
R = Random.new((ARGV[0] || 1).to_i)
def text; (0...R.rand(8)).map { [R.rand(32..126), R.rand(0xa0..0xd7ff), 0x1f600][R.rand(3)].chr('UTF-8') }.join; end
def leaf
  case R.rand(13)
  when 0 then nil
  when 1 then true
  when 2 then false
  when 3 then R.rand(-70000..70000)
  when 4 then R.rand(-2**80..2**80)
  when 5 then R.rand * 10 ** R.rand(-20..20)
  when 6 then [255, 0, R.rand(256)].pack('C*')
  when 7 then text.to_sym
  when 8 then BigDecimal('1.10')
  when 9 then Time.at(R.rand(2**31), R.rand(10**9), :nsec).utc
  when 10 then Set.new([1, 2, 3])
  else text
  end
end
def value(d = 0)
  k = d < 4 ? R.rand(8) : 7
  return (0...R.rand(6)).map { value(d + 1) } if k < 2
  return (0...R.rand(6)).map { [text + 'k', value(d + 1)] }.to_h if k < 4
  return { 1 => leaf, :a => leaf } if k == 4
  leaf
end
def tag(v)
  case v
  when Integer then v.abs < 2**53 ? v : { '$integer' => v.to_s }
  when Symbol then { '$symbol' => v.to_s }
  when String then v.encoding == Encoding::BINARY ? { '$bytes' => Base64.strict_encode64(v) } : v
  when Array then v.map { |x| tag(x) }
  when Set then { '$set' => v.to_a }
  when Hash then v.keys.all? { |k| k.is_a?(String) && !k.start_with?('$') } ? v.map { |k, x| [k, tag(x)] }.to_h : { '$map' => v.map { |k, x| [tag(k), tag(x)] } }
  when BigDecimal then { '$decimal' => '0.11e1' }
  when Time then f = v.nsec == 0 ? '' : ('.%09d' % v.nsec).sub(/0+$/, ''); { '$datetime' => v.strftime('%Y-%m-%dT%H:%M:%S') + f + 'Z' }
  else v
  end
end
def out(name, data, v); puts JSON.generate({ name: name, base64: Base64.strict_encode64(data), expected: tag(v) }); end
`;

test('reads random nested values that Ruby marshalled', async () => {
  const vectors = vectorsOf('ruby', [
    '-e',
    `${RUBY_VALUES} 1000.times { v = [value, value]; out('marshal', Marshal.dump(v), v) }`,
    String(Date.now() % 100_000),
  ]);
  for (const { base64, expected } of vectors) {
    const { chain, data, warnings } = await decoded(base64);
    expect({ base64, chain, warnings }).toEqual({ base64, chain: ['marshal'], warnings: [] });
    expect(data, base64).toEqual(expected);
  }
});

test('opens what Rails 6.1 stored, compressed and not, with its expiry and version', async () => {
  const vectors = vectorsOf('ruby', [
    '-e',
    `${RUBY_VALUES}
require 'active_support'; require 'active_support/cache'
short = { 'a' => [1, 2] }; long = { 'a' => 'x' * 5000 }
[[short, 'rails marshal'], [long, 'rails zlib marshal']].each do |v, name|
  e = ActiveSupport::Cache::Entry.new(v, compress: true, compress_threshold: 1024, expires_in: 60, version: 'v1')
  out(name, Marshal.dump(e), v)
end`,
  ]);
  for (const { name, base64, expected } of vectors) {
    expect(await decoded(base64)).toEqual({ chain: name.split(' '), data: expected, warnings: [] });
    const { facts } = await decodeValue(Buffer.from(base64, 'base64'));
    expect(facts.map((fact) => fact.name)).toEqual(['created', 'expires', 'version']);
  }
});

test('what is written here is read back by Python and PHP', () => {
  const json = JSON.stringify({
    list: [1, -1, 255, 65_536, 2 ** 31, -(2 ** 31) - 1, 1.5, 1e21, true, null, '', 'é😀\u007f'],
    7: { '-3': [], x: {} },
  });
  const value = readJson(json);
  const check = `
import json, msgpack, pickle, sys
want = json.loads(sys.argv[1]); hexes = [bytes.fromhex(h) for h in sys.argv[2:]]
print([pickle.loads(hexes[0]) == want, msgpack.packb(want) == hexes[1], json.dumps(want).encode() == hexes[2]])`;
  const hexes = [writePickle(value), writeMsgpack(value), Buffer.from(writePythonJson(value))].map((bytes) =>
    bytes.toString('hex'),
  );
  expect(execFileSync(python, ['-c', check, json, ...hexes], { encoding: 'utf8' }).trim()).toBe(
    '[True, True, True]',
  );
  const php = execFileSync('php', ['-r', 'echo serialize(json_decode($argv[1], true));', '--', json]);
  expect(writePhp(value).toString()).toBe(php.toString());
});
