import { describe, expect, it } from 'vitest';
import { CachectlError } from '../../../../src/cli/errors.ts';
import { refuseRemote } from '../../../../src/loadtest/targets/remote.ts';

function refusalOf(work: () => void): CachectlError | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof CachectlError) return error;
    throw error;
  }
  return undefined;
}

describe('what load may be put on', () => {
  it('is a host that is named, with or without its port', () => {
    expect(() => refuseRemote(['shop.example:8080'], ['SHOP.example'])).not.toThrow();
    expect(() => refuseRemote(['shop.example:8080'], ['shop.example:8080'])).not.toThrow();
    expect(() => refuseRemote(['[::1]:8080', 'localhost:1'], [])).not.toThrow();
    expect(() => refuseRemote(['localhost', 'other.example'], ['shop.example'])).toThrow('other.example');
  });

  it('is asked for once, however many hosts there are', () => {
    const error = refusalOf(() => refuseRemote(['a.example:80', 'a.example:81', 'b.example'], []));
    expect(error?.message).toBe('load would be put on a.example, b.example, which are not this machine');
    expect(error?.hint).toContain('--allow-remote a.example --allow-remote b.example');
  });
});
