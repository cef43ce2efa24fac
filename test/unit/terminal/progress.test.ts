import { describe, expect, it } from 'vitest';
import { progressLine } from '../../../src/terminal/progress.ts';

const task = { label: 'warming', unit: 'targets', total: 400 };
const line = (columns: number | undefined, detail = '', unicode = true): string =>
  progressLine(task, 100, 2_000, { detail, columns, unicode });

describe('a progress line', () => {
  it('has a bar, the count, the rate and the time left', () => {
    expect(line(80)).toBe('warming: [█████░░░░░░░░░░░░░░░] 100 of 400 targets, 50/s, 6 s left');
    expect(line(80, '', false)).toBe('warming: [#####---------------] 100 of 400 targets, 50/s, 6 s left');
  });
  it('has no bar in a log', () => {
    expect(line(undefined, '3 failed')).toBe('warming: 100 of 400 targets, 3 failed, 50/s, 6 s left');
  });
  it('stays one line on a narrow terminal: the bar goes first, and then what comes last', () => {
    expect(line(60)).toBe('warming: 100 of 400 targets, 50/s, 6 s left');
    expect(line(40, '3 failed')).toBe('warming: 100 of 400 targets, 3 failed, 5');
  });
  it('does without a total', () => {
    expect(
      progressLine({ label: 'reading', unit: 'keys' }, 0, 0, { detail: '', columns: 80, unicode: true }),
    ).toBe('reading: 0 keys');
  });
});
