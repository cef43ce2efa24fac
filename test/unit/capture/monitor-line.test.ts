import fc from 'fast-check';
import { expect, test } from 'vitest';
import { MonitorLine } from '../../../src/capture/monitor-line.ts';

/** As sdscatrepr of Redis escapes. */
function escape(bytes: Uint8Array): string {
  const short: Readonly<Record<number, string>> = { 10: '\\n', 13: '\\r', 9: '\\t', 7: '\\a', 8: '\\b' };
  const text = [...bytes].map((byte) => {
    if (byte === 0x22 || byte === 0x5c) return `\\${String.fromCharCode(byte)}`;
    const plain = byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : undefined;
    return short[byte] ?? plain ?? `\\x${byte.toString(16).padStart(2, '0')}`;
  });
  return `"${text.join('')}"`;
}

function readLine(text: string): { database: number; args: Buffer[] } | undefined {
  // In the middle of a buffer, as it comes.
  const bytes = Buffer.from(`+OK\r\n+${text}\r\n+rest`, 'latin1');
  const line = new MonitorLine();
  if (!line.begin(bytes, 6, bytes.length - 7)) return undefined;
  const args: Buffer[] = [];
  for (let next = line.next(); next !== undefined; next = line.next()) args.push(Buffer.from(next));
  return { database: line.database, args };
}

test('gives any bytes back as they were', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 20 }), { minLength: 1 }),
      fc.nat(15),
      (args, database) => {
        const text = `1795265653.665942 [${database} 127.0.0.1:59090] ${args.map(escape).join(' ')}`;
        expect(readLine(text)).toEqual({ database, args: args.map((arg) => Buffer.from(arg)) });
      },
    ),
  );
});

test.each([
  ['a script', '1.000001 [3 lua] "get" "a"'],
  ['IPv6', '1.000001 [3 [::1]:6379] "get" "a"'],
  ['a socket', '1.000001 [3 unix:/run/a b.sock] "get" "a"'],
])('reads commands that come through %s', (_from, text) => {
  expect(readLine(text)).toEqual({ database: 3, args: [Buffer.from('get'), Buffer.from('a')] });
});

test.each(['', 'OK', '1.5 nothing', '1.5 [0 x] plain'])('%j is no line of it', (text) => {
  expect(readLine(text)).toBeUndefined();
});
