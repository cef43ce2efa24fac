import { readFileSync } from 'node:fs';

/**
 * The sample shop's spec file, in which nothing is gone after a minute: a test that counts entries is about other things,
 * and may take longer where the machine is busy.
 */
export function shopSpec(): string {
  const text = readFileSync(new URL('../../examples/shop/cachectl.yaml', import.meta.url), 'utf8');
  if (!text.includes('\n  hot: 60s\n')) throw new Error('the shop has no class of a minute any more');
  return text.replace('\n  hot: 60s\n', '\n  hot: 1h\n');
}
