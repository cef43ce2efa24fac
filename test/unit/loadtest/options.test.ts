import { describe, expect, it } from 'vitest';
import { parseGlobalOptions } from '../../../src/cli/global-options.ts';
import { Input } from '../../../src/cli/input.ts';
import { parseLoadtestOptions, type LoadtestOptions } from '../../../src/loadtest/options.ts';

function parse(flags: Readonly<Record<string, string | readonly string[]>>): LoadtestOptions {
  const input = new Input([], new Map(Object.entries(flags)));
  return parseLoadtestOptions(input, { options: parseGlobalOptions(input), spec: undefined });
}

describe('the options of loadtest', () => {
  it('are fifty requests over four connections where nothing is said', () => {
    expect(parse({ scope: ['homepage'] })).toEqual({
      scopes: ['homepage'],
      addresses: [],
      load: { connections: 4, until: { kind: 'requests', count: 50 } },
      limit: undefined,
      countHeader: undefined,
      confirm: undefined,
    });
  });

  it('take a duration instead of a number', () => {
    expect(parse({ scope: ['a'], duration: '1m30s' }).load.until).toEqual({ kind: 'duration', ms: 90_000 });
  });

  it('take user and password out of an address and into a header', () => {
    expect(parse({ url: ['http://ann:p%40ss@host:8000/a?b=c#d'] }).addresses).toEqual([
      { url: 'http://host:8000/a?b=c', headers: { authorization: `Basic ${btoa('ann:p@ss')}` } },
    ]);
  });

  it('leave a redis:// address to the connection', () => {
    expect(parse({ url: ['redis://host', 'http://host/'] }).addresses).toEqual([
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
