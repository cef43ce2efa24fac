import { describe, expect, test } from 'vitest';
import { commandName } from '../../../src/cli/command.ts';
import { renderCommandHelp, renderGroupHelp, renderRootHelp, renderTopic } from '../../../src/cli/help.ts';
import { TOPICS } from '../../../src/cli/help-topics.ts';
import { COMMANDS } from '../../../src/cli/registry.ts';
import { createStyle } from '../../../src/terminal/style.ts';
import { displayWidth } from '../../../src/terminal/width.ts';

const look = (width: number) => ({ width, style: createStyle(false) });

/** Lines to type stay whole: they are copied. Everything else is broken at blanks. */
function isTooWide(line: string, width: number): boolean {
  return displayWidth(line) > width && !/^ {2}(\$ |cachectl )/.test(line) && /\S \S/.test(line);
}

describe.each([60, 80, 200])('at %i columns', (width) => {
  test.each(COMMANDS.map((spec) => [commandName(spec), spec] as const))('help of %s fits', (_, spec) => {
    const text = renderCommandHelp(spec, look(width));
    expect(text.split('\n').filter((line) => isTooWide(line, width))).toEqual([]);
  });

  test('the first page and the topics fit', () => {
    const pages = [
      renderRootHelp(COMMANDS, look(width)),
      ...TOPICS.map((topic) => renderTopic(topic, look(width))),
    ];
    for (const page of pages) expect(page.split('\n').filter((line) => isTooWide(line, width))).toEqual([]);
  });
});

test('help of a command has examples first, then flags by group, those of every command last', () => {
  const [spec] = COMMANDS.filter(({ path }) => path[0] === 'clear');
  const text = spec === undefined ? '' : renderCommandHelp(spec, look(80));
  expect(text.split('\n').filter((line) => /^[A-Z][a-z ]+$/.test(line))).toEqual([
    'Usage',
    'Examples',
    'Arguments',
    'Flags',
    'Which keys',
    'How keys are named',
    'Keys as frameworks name them',
    'Safety',
    'Connection',
    'Flags of every command',
    'Exit codes',
    'Learn more',
  ]);
});

test('help of a group lists its commands and no others', () => {
  const text = renderGroupHelp(['config'], COMMANDS, look(80));
  expect(text).toContain('config validate');
  expect(text).not.toContain('stats');
});

test('every example is a line that begins a command', () => {
  for (const spec of COMMANDS) {
    expect(spec.examples.length, commandName(spec)).toBeGreaterThan(0);
    for (const { line } of spec.examples) expect(line).toContain(`cachectl ${commandName(spec)}`);
  }
});
