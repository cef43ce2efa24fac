import { describe, expect, it } from 'vitest';

import { ConfigError, renderDiagnostics } from '../../../src/config/diagnose.ts';
import { parseSpec } from '../../../src/config/load.ts';

function report(text: string): string {
  try {
    parseSpec({ path: 'cachectl.yaml', text }, {});
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe('the report of mistakes', () => {
  it('shows place, message, suggestion, line and caret', () => {
    expect(report('version: 1\ndefaults:\n  tll: 60s\n')).toBe(
      ['cachectl.yaml:3:3: unknown key `tll`, did you mean `ttl`?', '      tll: 60s', '      ^'].join('\n'),
    );
  });

  it('counts the mistakes where there are several', () => {
    expect(report('version: 1\na: 1\nb: 2\n').split('\n')[0]).toBe('2 mistakes in cachectl.yaml');
  });

  it('escapes control characters and keeps the caret in place', () => {
    const place = { path: 'a\u001b.yaml', line: 1, column: 3, message: 'x\u202ey', sourceLine: '\u001b\tz' };
    expect(renderDiagnostics([place])).toBe('a\\x1b.yaml:1:3: x\\xe2\\x80\\xaey\n    \\x1b z\n         ^');
  });

  it('puts the caret under wide characters where a terminal shows them', () => {
    const place = { path: 'f', line: 1, column: 3, message: 'm', sourceLine: '日本x' };
    expect(renderDiagnostics([place])).toBe('f:1:3: m\n    日本x\n        ^');
  });

  it('cuts a long line around the column', () => {
    const place = { path: 'f', line: 1, column: 1001, message: 'm', sourceLine: 'x'.repeat(5000) };
    const [, line, caret] = renderDiagnostics([place]).split('\n');
    expect(line).toBe(`    ...${'x'.repeat(160)}...`);
    expect(caret).toBe(`${' '.repeat(4 + 3 + 80)}^`);
  });

  it.each([
    ['a password', 'connections: { a: { url: redis://h, password: hunter2, x: 1 } }'],
    ['a mistyped password', 'connections: { a: { url: redis://h, pasword: hunter2 } }'],
    ['a password in a URL', 'connections: { a: { url: "redis://u:hunter2@h", x: 1 } }'],
    ['a password with a slash in a URL', 'connections: { a: { url: "redis://u:x/hunter2@h" } }'],
    ['a password in a URL of unknown scheme', 'connections: { a: { url: "rdis://u:hunter2@h" } }'],
    ['a password in a URL without its map', 'connections: "redis://u:hunter2@h"'],
    ['a token in a query', 'origin: { base_url: "http://h?api_key=hunter2" }'],
    ['credentials of the origin', 'origin: { base_url: "http://u:hunter2@h" }'],
    ['a header', 'origin: { base_url: http://h, headers: { X-Any: hunter2 }, x: 1 }'],
    ['a header in a list', 'origin: { base_url: http://h, headers: [hunter2] }'],
    ['a header of an entry', 'scopes: { s: { entries: [{ key: a, path: /, headers: { A: "{hunter2" } }] } }'],
    ['a default of a variable', 'connections: { a: { url: redis://h, password: "${P:-hunter2}", x: 1 } }'],
    ['a misplaced token', 'auth_token: hunter2'],
    ['a password in a line with a syntax error', 'connections: { a: { password: hunter2, b: c: d } }'],
    ['a header in a line with a syntax error', 'origin:\n  headers:\n    Any: hunter2: x\n'],
    [
      'a multi-line password',
      'connections:\n  a:\n    url: redis://h\n    password: "x\n      hunter2\n      y" z\n',
    ],
  ])('never shows %s', (_what, text) => {
    expect(report(`version: 1\n${text}`)).not.toContain('hunter2');
  });
});
