import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { isSecretName, redactHeaders, redactUrl } from '../../../src/config/redact.ts';

describe('redaction', () => {
  it.each([
    ['redis://u:p@h:1/0', 'redis://u:***@h:1/0'],
    ['redis://:p@h', 'redis://:***@h'],
    ['redis://u@h', 'redis://u@h'],
    ['redis://u:a@b@h', 'redis://u:***@h'],
    ['redis://u:a/b@h', 'redis://u:***@h'],
    ['redis://u:a#b?c@h', 'redis://u:***@h'],
    ['https://ghp_x@h/', 'https://***@h/'],
    ['http://h:80/users/@me', 'http://h:80/users/@me'],
    ['http://[::1]:80/@me', 'http://[::1]:80/@me'],
    ['http://h/?page=1&API-Key=x&z=2', 'http://h/?page=1&API-Key=***&z=2'],
    ['/x?access%5Ftoken=y', '/x?access%5Ftoken=***'],
    ['unix:///run/redis.sock?db=1&password=x', 'unix:///run/redis.sock?db=1&password=***'],
    ['not a url', 'not a url'],
  ])('shows %s as %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown);
  });

  it('hides every password, whatever characters it has', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~]{1,20}$/), (password) => {
        expect(redactUrl(`redis://u:${password}SECRET@host`)).not.toContain('SECRET');
      }),
    );
  });

  it.each([
    'password',
    'REDIS_PASSWORD',
    'X-Auth-Token',
    'Authorization',
    'Set-Cookie',
    'api-key',
    'clientSecret',
    'X-Auth',
  ])('takes %s for the name of a secret', (name) => {
    expect(isSecretName(name)).toBe(true);
  });

  it.each(['author', 'Accept', 'limit', 'page', 'keyboard', 'path'])('takes %s for harmless', (name) => {
    expect(isSecretName(name)).toBe(false);
  });

  it('masks the values of secret headers only', () => {
    expect(redactHeaders({ Accept: 'a', Cookie: 'b' })).toEqual({ Accept: 'a', Cookie: '***' });
  });
});
