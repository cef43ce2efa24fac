import { describe, expect, it } from 'vitest';
import type { Delivery } from '../../../src/listen/delivery.ts';
import { readDeadLetter, deadLetterFields, eventValues } from '../../../src/listen/dead-letters/letter.ts';
import { RuleQueues } from '../../../src/listen/rule-queues.ts';
import { compareIds } from '../../../src/listen/trim.ts';

const event = (name: string, id: string): Delivery => ({
  id,
  fields: [Buffer.from('event'), Buffer.from(name)],
  tries: 1,
});

/** Work that ends when it is told to. */
function held() {
  const begun: string[][] = [];
  const ends: (() => void)[] = [];
  const handle = (deliveries: readonly Delivery[]): Promise<void> => {
    begun.push(deliveries.map(({ id }) => id));
    return new Promise((resolve) => ends.push(resolve));
  };
  return { begun, ends, handle };
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('the queues of rules', () => {
  it('merge what comes while a rule runs, and let other rules go on', async () => {
    const { begun, ends, handle } = held();
    const queues = new RuleQueues({ coalesceMs: 0, handle, stop: new AbortController().signal });
    queues.add([event('a', '1')]);
    await settled();
    queues.add([event('a', '2'), event('b', '3')]);
    queues.add([event('a', '4')]);
    await settled();
    expect(begun).toEqual([['1'], ['3']]);
    ends[0]?.();
    await settled();
    expect(begun).toEqual([['1'], ['3'], ['2', '4']]);
    expect(queues.size).toBe(3);
    const roomy = queues.below(3);
    ends[1]?.();
    await roomy;
    ends[2]?.();
    await queues.finish();
    expect(queues.size).toBe(0);
  });

  it('hand on what carrying out has thrown', async () => {
    const handle = () => Promise.reject(new TypeError('a bug'));
    const queues = new RuleQueues({ coalesceMs: 0, handle, stop: new AbortController().signal });
    queues.add([event('a', '1')]);
    await expect(queues.finish()).rejects.toThrow('a bug');
    expect(() => queues.add([event('a', '2')])).toThrow('a bug');
  });
});

describe('a dead letter', () => {
  it('is the event as it was, and why it is there', () => {
    const about = deadLetterFields({
      reason: 'answered 404',
      id: '7-1',
      tries: 3,
      group: 'g',
      stream: Buffer.from([0xff]),
    });
    const sent = ['event', 'front', 'path', 'a=b'].map((text) => Buffer.from(text));
    const letter = readDeadLetter({
      id: '9-0',
      fields: [...sent, ...about.map((part) => Buffer.from(part))],
    });
    expect(letter).toEqual({
      id: '9-0',
      event: 'front',
      fields: sent,
      reason: 'answered 404',
      tries: 3,
      stream: Buffer.from([0xff]),
    });
    expect(eventValues(letter)).toEqual([['path', 'a=b']]);
  });
});

describe('IDs of a stream', () => {
  it.each([
    ['1-0', '1-1', -1],
    ['2-0', '1-9', 1],
    ['10-0', '9-0', 1],
    ['5', '5-0', 0],
    ['18446744073709551615-1', '18446744073709551615-0', 1],
  ])('%s against %s', (a, b, order) => {
    expect(compareIds(a, b)).toBe(order);
  });
});
