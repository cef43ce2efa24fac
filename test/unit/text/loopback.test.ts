import { expect, test } from 'vitest';
import { isLoopback } from '../../../src/text/loopback.ts';

test.each(['localhost', 'LocalHost', 'shop.localhost', '127.0.0.1', '127.9.9.9', '127.255.255.254', '::1'])(
  '%s is this machine',
  (name) => {
    expect(isLoopback(name)).toBe(true);
  },
);

test.each([
  ...['10.0.0.1', '0.0.0.0', '127.0.0.999', '127.0.0', '127.example', '::2', ''],
  ...['localhost.example.com', '127.0.0.1.example.com', 'notlocalhost'],
])('%s is not', (name) => {
  expect(isLoopback(name)).toBe(false);
});
