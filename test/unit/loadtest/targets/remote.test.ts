import { describe, expect, it } from 'vitest';
import { isLoopback, refuseRemote } from '../../../../src/loadtest/targets/remote.ts';

describe('what load may be put on', () => {
  it.each(['localhost', 'shop.localhost', '127.0.0.1', '127.9.9.9', '::1'])(
    'is %s, which is here',
    (name) => {
      expect(isLoopback(name)).toBe(true);
    },
  );

  it.each(['10.0.0.1', '0.0.0.0', 'localhost.example.com', '127.0.0.1.example.com', '127.example', '::2'])(
    'is not %s without a word',
    (name) => {
      expect(isLoopback(name)).toBe(false);
    },
  );

  it('is a host that is named, with or without its port', () => {
    expect(() => refuseRemote(['shop.example:8080'], ['SHOP.example'])).not.toThrow();
    expect(() => refuseRemote(['shop.example:8080'], ['shop.example:8080'])).not.toThrow();
    expect(() => refuseRemote(['[::1]:8080', 'localhost:1'], [])).not.toThrow();
    expect(() => refuseRemote(['localhost', 'other.example'], ['shop.example'])).toThrow('other.example');
  });
});
