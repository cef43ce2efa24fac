import { describe, expect, it } from 'vitest';
import { parseGlobalOptions } from '../../../src/cli/global-options.ts';
import { Input } from '../../../src/cli/input.ts';
import { parseLoadtestOptions, type LoadtestOptions } from '../../../src/loadtest/options.ts';

type Flags = Readonly<Record<string, string | readonly string[]>>;

function parse(flags: Flags, args: readonly string[] = []): LoadtestOptions {
  const input = new Input(args, new Map(Object.entries(flags)));
  const host = { random: () => 0.5 } as Parameters<typeof parseLoadtestOptions>[1]['host'];
  return parseLoadtestOptions(input, { options: parseGlobalOptions(input), spec: undefined, host });
}

/** The options of load, for a line that asks for load. */
function parseLoad(flags: Flags) {
  const { work } = parse({ url: ['http://127.0.0.1/'], ...flags });
  if (work.kind !== 'load') throw new Error('no load');
  return work.load;
}

describe('the options of a comparison', () => {
  it('are fifty requests over four connections where nothing is said', () => {
    expect(parse({ scope: ['homepage'] })).toEqual({
      targets: {
        scopes: ['homepage'],
        addresses: [],
        requestsFrom: undefined,
        limit: undefined,
        weights: new Map(),
        timeoutMs: undefined,
        allowedHosts: [],
      },
      work: {
        kind: 'compare',
        phases: undefined,
        repeat: 5,
        load: { connections: 4, until: { kind: 'requests', count: 50 } },
      },
      countHeader: undefined,
      confirm: undefined,
      assertions: [],
      baseline: undefined,
      reportFile: undefined,
      exportTo: undefined,
    });
  });

  it('take a duration instead of a number', () => {
    expect(parse({ scope: ['a'], duration: '1m30s' }).work).toMatchObject({
      load: { until: { kind: 'duration', ms: 90_000 } },
    });
  });

  it('refuse what only load has a use for', () => {
    expect(() => parse({ scope: ['a'], compare: 'origin,cache', rate: '5/s' })).toThrow('and no rate');
    expect(() => parse({ scope: ['a'], warmup: '5s' })).toThrow('--warmup is about load');
    expect(() => parse({ url: ['http://127.0.0.1/'], compare: 'origin,cache' })).toThrow(
      'name one with --scope',
    );
  });
});

describe('the options of load', () => {
  it('are ten seconds over four connections where nothing is said', () => {
    expect(parseLoad({})).toEqual({
      model: { kind: 'closed', connections: 4, until: { kind: 'duration', ms: 10_000 } },
      popularity: undefined,
      seed: 0x7fffffff,
      warmupMs: 0,
      workers: 1,
    });
  });

  it('are an open load where there is a rate', () => {
    expect(
      parseLoad({ rate: '500/s', duration: '30s', arrivals: 'poisson', 'max-in-flight': '50' }),
    ).toMatchObject({
      model: {
        kind: 'open',
        stages: [{ durationMs: 30_000, fromPerSecond: 500, toPerSecond: 500 }],
        spread: 'poisson',
        connections: 10,
        maxInFlight: 50,
      },
    });
  });

  it('reads a rate and a number as so long a run, and a warm-up as more of it', () => {
    expect(parseLoad({ rate: '100/s', requests: '50', warmup: '2s' }).model).toMatchObject({
      stages: [{ durationMs: 2_500, fromPerSecond: 100, toPerSecond: 100 }],
    });
  });

  it('reads stages as rates that change evenly, from --rate where it is given', () => {
    const stages = [
      { durationMs: 30_000, fromPerSecond: 0, toPerSecond: 100 },
      { durationMs: 60_000, fromPerSecond: 100, toPerSecond: 500 },
      { durationMs: 10_000, fromPerSecond: 500, toPerSecond: 0 },
    ];
    expect(parseLoad({ stages: '30s:100/s,1m:500/s,10s:0' }).model).toMatchObject({ stages });
    expect(parseLoad({ stages: '10s:100/s', rate: '100/s' }).model).toMatchObject({
      stages: [{ durationMs: 10_000, fromPerSecond: 100, toPerSecond: 100 }],
    });
  });

  it.each([
    [{ rate: '500' }, '--rate takes a rate such as 50/s, 600/m or 0.5/s, not "500"'],
    [{ stages: '30s-100/s' }, '--stages cannot read "30s-100/s"'],
    [{ stages: '30s:100' }, '--stages cannot read the rate of "30s:100"'],
    [{ stages: '30s:0,10s:0' }, '--stages never has a rate above 0'],
    [{ stages: '30s:5/s', duration: '5s' }, '--stages says by itself how long it lasts'],
    [{ arrivals: 'poisson' }, '--arrivals needs --rate or --stages'],
    [{ distribution: 'zipf' }, '--distribution takes turns, uniform, zipf:1.1'],
    [{ distribution: 'hotspot:90/0' }, '--distribution takes'],
    [{ workers: 'many' }, '--workers takes a whole number from 1 to 64'],
    [{ weight: ['homepage'] }, '--weight takes NAME=NUMBER, not "homepage"'],
    [{ warmup: 'soon' }, '--warmup takes a duration'],
    [{ assert: ['p42 < 50ms'] }, '--assert "p42 < 50ms": there is no metric "p42"'],
    [{ assert: ['improvement > 5%'] }, 'there is no metric "improvement"'],
    [{ assert: ['p95 <= baseline * 1.1'] }, 'there is no baseline to compare with'],
    [{ mix: 'get:1' }, '--mix needs --redis'],
  ])('refuses %j', (flags, message) => {
    expect(() => parseLoad(flags as Flags)).toThrow(message);
  });

  it('says what is meant by a rate without a unit', () => {
    expect(() => parseLoad({ rate: '500' })).toThrow(
      expect.objectContaining({ hint: 'did you mean --rate 500/s?' }),
    );
  });

  it('names the flag of a condition that cannot be read', () => {
    expect(() => parse({ url: ['http://127.0.0.1/'], search: ['p99'] })).toThrow(
      '--search cannot read "p99"',
    );
  });

  it('reads distributions', () => {
    expect(parseLoad({ distribution: 'zipf:1.1' }).popularity).toEqual({ kind: 'zipf', exponent: 1.1 });
    expect(parseLoad({ distribution: 'hotspot:90/10' }).popularity).toEqual({
      kind: 'hotspot',
      shareOfRequests: 0.9,
      shareOfTargets: 0.1,
    });
  });
});

describe('the options of load on Redis', () => {
  const parseRedis = (flags: Readonly<Record<string, string | true>>) => {
    const input = new Input([], new Map([['redis', true as const], ...Object.entries(flags)]));
    const host = { random: () => 0.5 } as Parameters<typeof parseLoadtestOptions>[1]['host'];
    return parseLoadtestOptions(input, { options: parseGlobalOptions(input), spec: undefined, host }).work;
  };

  it('are reads and writes of small values where nothing is said', () => {
    expect(parseRedis({})).toMatchObject({
      kind: 'redis',
      redis: {
        mix: [
          { words: ['GET', '{key}'], weight: 90 },
          { words: ['SET', '{key}', '{value}'], weight: 10, creates: true },
        ],
        keys: 10_000,
        sizes: { minBytes: 100, maxBytes: 100 },
        pipeline: 1,
      },
    });
  });

  it('read commands with their arguments, and ranges of sizes', () => {
    expect(
      parseRedis({ mix: 'HGET {key} name:5,hset:1', 'value-size': '100-2KB', pipeline: '16' }),
    ).toMatchObject({
      redis: {
        mix: [{ label: 'HGET {key} name', family: 'hash', weight: 5 }, { label: 'HSET' }],
        sizes: { minBytes: 100, maxBytes: 2_048 },
        pipeline: 16,
      },
    });
  });

  it.each([
    ['flushall', '--mix has no command flushall'],
    ['GET other:1', 'has to have {key} as its first argument, once'],
    ['HSET {key} {key} x', 'has to have {key} as its first argument, once'],
    ['SADD', '' /* fine */],
    ['ZRANGE', '--mix: ZRANGE needs its arguments'],
    ['get:0', '--mix sends nothing'],
    ['get:90,,set', '--mix cannot read ""'],
  ])('judges the mix %s', (mix, message) => {
    if (message === '') expect(() => parseRedis({ mix })).not.toThrow();
    else expect(() => parseRedis({ mix })).toThrow(message);
  });

  it('say how large a value can be', () => {
    expect(() => parseRedis({ 'value-size': '5GB' })).toThrow(
      expect.objectContaining({ message: '--value-size takes at most 64 MB, not "5GB"', hint: undefined }),
    );
  });

  it('leave targets out', () => {
    expect(() => parseRedis({ 'requests-from': 'x.log' })).toThrow('--redis puts load on Redis itself');
  });
});

describe('the addresses of a load test', () => {
  it('have user and password taken out of them and put into a header', () => {
    expect(parse({ url: ['http://ann:p%40ss@host:8000/a?b=c#d'] }).targets.addresses).toEqual([
      { url: 'http://host:8000/a?b=c', headers: { authorization: `Basic ${btoa('ann:p@ss')}` } },
    ]);
  });

  it('leave a redis:// address to the connection', () => {
    expect(parse({ url: ['redis://host', 'http://host/'] }).targets.addresses).toEqual([
      { url: 'http://host/', headers: {} },
    ]);
  });

  it('do not show the password of an address that cannot be read', () => {
    expect(() => parse({ url: ['http://ann:s3cret@host:port/'] })).toThrow(
      /^--url http:\/\/ann:\*\*\*@host:port\/ is not a web address$/,
    );
  });

  it('say that --url works without a spec file where nothing was named', () => {
    expect(() => parse({})).toThrow(
      'nothing to test: name a scope with --scope, or a web address with --url',
    );
  });
});

describe('conditions', () => {
  it('may follow one --assert, and nothing else', () => {
    const { assertions } = parse({ scope: ['homepage'], assert: ['improvement > 10%'] }, ['failed == 0']);
    expect(assertions.map(({ text }) => text)).toEqual(['improvement > 10%', 'failed == 0']);
    expect(() => parse({ scope: ['homepage'] }, ['homepage'])).toThrow(
      'does not take the argument "homepage"',
    );
  });

  it('are what a JUnit report has test cases of: without any there is none', () => {
    expect(() => parse({ scope: ['homepage'], output: 'junit' })).toThrow('-o junit shows assertions');
    expect(() => parse({ url: ['http://127.0.0.1/'], output: 'junit' })).toThrow('-o junit shows assertions');
    expect(() =>
      parse({ scope: ['homepage'], output: 'junit', assert: ['improvement > 10%'] }),
    ).not.toThrow();
  });
});

describe('the forms of the report', () => {
  it.each([
    [{ search: ['p99 < 50ms'], output: 'junit' }, '--search has no output format "junit"'],
    [{ search: ['p99 < 50ms'], output: 'hdr' }, '--search has no output format "hdr"'],
    [{ export: 'k6', output: 'csv' }, '--export has no output format "csv"'],
    [{ scope: ['a'], url: [], output: 'hdr' }, 'a comparison has no output format "hdr"'],
  ])('that there are not are refused: %j', (flags, message) => {
    expect(() => parse({ url: ['http://127.0.0.1/'], ...flags })).toThrow(message);
  });
});
