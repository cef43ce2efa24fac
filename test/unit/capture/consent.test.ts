import { expect, test } from 'vitest';
import { announceCapture, requireCaptureConsent } from '../../../src/capture/consent.ts';

const target = {
  connectionName: 'production',
  location: 'cache.internal:6380/0',
  name: 'production',
  database: 0,
  protected: true,
};

test('a protected connection is listened to only where that was said', () => {
  expect(() => requireCaptureConsent(target, false, '--sample')).toThrow('production is protected');
  expect(() => requireCaptureConsent(target, true, '--sample')).not.toThrow();
  expect(() => requireCaptureConsent({ ...target, protected: false }, false, '--sample')).not.toThrow();
});

test('names the flag of the command that listens', () => {
  expect(() => requireCaptureConsent(target, false, '--hot')).toThrow(
    expect.objectContaining({
      hint: 'add --yes if that is fine now; a shorter --hot and --max-events bound the cost',
    }),
  );
});

test('says beforehand what it does, for how long, and what it changes', () => {
  expect(announceCapture(target, { durationMs: 10_000, maxEvents: 1_000_000, misses: true }, 1)).toBe(
    'listening to cache.internal:6380/0 with MONITOR for 10 s or 1,000,000 commands, which slows down busy servers; ' +
      'notify-keyspace-events is set for that time where it has to be',
  );
  expect(announceCapture(target, { durationMs: 500, maxEvents: 1, misses: false }, 3)).toBe(
    'listening to 3 primaries of cache.internal:6380/0 with MONITOR for 500 ms or 1 command, which slows down busy servers',
  );
});
