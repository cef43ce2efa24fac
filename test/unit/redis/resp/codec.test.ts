import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeReply } from '../../../../src/redis/resp/decode.ts';
import { encodeCommands, encodeForKeys, keyCommand } from '../../../../src/redis/resp/encode.ts';
import { RespErrorReply, RespProtocolError } from '../../../../src/redis/resp/protocol-error.ts';
import { ReceiveBuffer } from '../../../../src/redis/resp/receive-buffer.ts';
import { ReplyScanner } from '../../../../src/redis/resp/reply-scanner.ts';
import type { RedisCommand } from '../../../../src/redis/types.ts';
import { replies, type Wire } from './wire.ts';

const bytes = fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array));

/** Where each of the replies in `wire` begins, found in chunks that end at the given places. */
function scan(wire: Buffer, count: number, cuts: readonly number[]) {
  const scanner = new ReplyScanner();
  const received = new ReceiveBuffer();
  const starts = new Int32Array(count);
  scanner.begin(count, starts);
  const ends = [...new Set(cuts.map((cut) => cut % (wire.length + 1)))].sort((a, b) => a - b);
  let done = false;
  let from = 0;
  for (const to of [...ends, wire.length]) {
    if (to === from) continue;
    expect(done).toBe(false);
    // A copy of its own, as the network gives it.
    received.push(Buffer.from(wire.subarray(from, to)));
    done = scanner.advance(received.bytes, received.start);
    from = to;
  }
  return { done, starts, length: scanner.position, bytes: received.bytes, start: received.start };
}

describe('replies', () => {
  test('are found and read wherever the network cuts them', () => {
    fc.assert(
      fc.property(
        fc.array(replies, { minLength: 1, maxLength: 5 }),
        fc.array(fc.nat({ max: 5_000 }), { maxLength: 8 }),
        (list: readonly Wire[], cuts) => {
          const wire = Buffer.concat(list.map((reply) => reply.wire));
          const found = scan(wire, list.length, cuts);
          expect(found.done).toBe(true);
          expect(found.length).toBe(wire.length);
          for (const [index, { value }] of list.entries()) {
            const decoded = decodeReply(found.bytes, found.start + (found.starts[index] ?? -1));
            expect(decoded.value).toEqual(value);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  test('are cut at every single byte', () => {
    const wire = Buffer.from(
      '>2\r\n+message\r\n:1\r\n*3\r\n$5\r\na\r\nb\n\r\n*-1\r\n%1\r\n+k\r\n,1.5\r\n|1\r\n+ttl\r\n:3\r\n-ERR no\r\n_\r\n(12345678901234567890\r\n',
    );
    for (let cut = 1; cut < wire.length; cut++) {
      const found = scan(wire, 4, [cut]);
      expect(found).toMatchObject({ done: true, length: wire.length });
      const values = [...found.starts].map((at) => decodeReply(found.bytes, found.start + at).value);
      expect(values[0]).toEqual([Buffer.from('a\r\nb\n'), null, [Buffer.from('k'), Buffer.from('1.5')]]);
      expect(values[1]).toEqual(new RespErrorReply('ERR no'));
      expect(values.slice(2)).toEqual([null, Buffer.from('12345678901234567890')]);
    }
  });

  test('of many megabytes are taken in without looking at them twice', () => {
    const value = Buffer.alloc(20 * 1024 * 1024, 'v');
    const wire = Buffer.concat([Buffer.from(`*2\r\n$${value.length}\r\n`), value, Buffer.from('\r\n:7\r\n')]);
    const cuts = Array.from({ length: Math.floor(wire.length / 65_536) }, (_, index) => (index + 1) * 65_536);
    const found = scan(wire, 1, cuts);
    expect(found).toMatchObject({ done: true, length: wire.length });
    const { value: decoded } = decodeReply(found.bytes, found.start);
    expect(Array.isArray(decoded) && Buffer.isBuffer(decoded[0]) && decoded[0].equals(value)).toBe(true);
  });

  test('that are garbage are refused or waited for, and never read beyond what came', () => {
    const almost = fc.tuple(replies, fc.nat(), fc.nat({ max: 255 })).map(([{ wire }, at, byte]) => {
      const copy = Buffer.from(wire);
      copy[at % copy.length] = byte;
      return copy;
    });
    fc.assert(
      fc.property(fc.oneof(bytes, almost), (garbage) => {
        // What lies behind the bytes in memory would complete whatever they begin.
        const trap = Buffer.alloc(garbage.length + 64, '\r\n');
        garbage.copy(trap);
        const scanner = new ReplyScanner();
        scanner.begin(1);
        try {
          const done = scanner.advance(trap.subarray(0, garbage.length), 0);
          expect(scanner.position).toBeLessThanOrEqual(garbage.length);
          if (done) decodeReply(trap.subarray(0, garbage.length), 0);
        } catch (error) {
          expect(error).toBeInstanceOf(RespProtocolError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    ['HTTP/1.1 400 Bad Request\r\n', 'an unknown kind'],
    ['$-2\r\n', 'a negative length'],
    ['$x\r\n', 'no number'],
    ['$99999999999\r\n', 'no number'],
    ['$4294967295\r\n', 'beyond every limit'],
    ['$1\r\nab\r\n', 'longer than its length'],
    ['+a\rb\r\n', 'does not end'],
    ['*1\r\n'.repeat(200), 'nested too deep'],
    [`+${'x'.repeat(70_000)}`, 'no end'],
  ])('refuses %.20j: %s', (text, why) => {
    const scanner = new ReplyScanner();
    scanner.begin(1);
    expect(() => scanner.advance(Buffer.from(text), 0)).toThrow(why);
  });

  test('that claim a billion elements take no memory', () => {
    const scanner = new ReplyScanner();
    scanner.begin(1);
    expect(scanner.advance(Buffer.from('*1000000000\r\n:1\r\n'), 0)).toBe(false);
  });
});

describe('commands', () => {
  const argument = fc.oneof(bytes, fc.string({ unit: 'binary' }), fc.integer());

  test('are arrays of bulk strings that say exactly what was given', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string(), fc.array(argument)), { minLength: 1, maxLength: 5 }),
        (list) => {
          const commands = list.map(([name, args]): RedisCommand => [name, ...args]);
          const wire = encodeCommands(commands);
          const found = scan(wire, commands.length, []);
          expect(found).toMatchObject({ done: true, length: wire.length });
          const sent = [...found.starts].map((at) => decodeReply(wire, at).value);
          const meant = commands.map((command) =>
            command.map((arg) => (typeof arg === 'object' ? arg : Buffer.from(String(arg)))),
          );
          expect(sent).toEqual(meant);
        },
      ),
    );
  });

  test('for keys are the same as when each is written out', () => {
    const perKey = [keyCommand(['TYPE']), keyCommand(['MEMORY', 'USAGE'], ['SAMPLES', 0])];
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 20 }), (keys) => {
        const whole = encodeCommands(
          keys.flatMap((key): RedisCommand[] => [
            ['TYPE', key],
            ['MEMORY', 'USAGE', key, 'SAMPLES', 0],
          ]),
        );
        expect(encodeForKeys(perKey, keys)).toEqual(whole);
      }),
    );
  });
});
