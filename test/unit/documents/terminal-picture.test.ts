import { expect, test } from 'vitest';
import { terminalPicture } from '../../../src/documents/terminal-picture.ts';

const ESC = '\u001b';
const draw = (screen: string): string => terminalPicture(screen, { columns: 20, title: 'A <screen>' });

test('text stands in its column, in its colour and style, one look each', () => {
  const picture = draw(`${ESC}[1mbold${ESC}[0m   ${ESC}[32mgreen${ESC}[39m plain`);
  expect(picture).toContain('<text x="16.0" y="29.5" textLength="33.6" font-weight="bold">bold</text>');
  expect(picture).toContain('<text x="74.8" y="29.5" textLength="42.0" fill="#98c379">green</text>');
  expect(picture).toContain('>plain</text>');
});

test('wide characters take two columns, and what follows stands behind them', () => {
  expect(draw('字  x')).toMatch(/textLength="16\.8">字<[\s\S]*x="49\.6" y="29\.5" textLength="8\.4">x</);
});

test('nothing in a screen or title becomes markup', () => {
  const picture = draw('<b> & "q"');
  expect(picture).toContain('&lt;b&gt; &amp; &quot;q&quot;');
  expect(picture).toContain('<title>A &lt;screen&gt;</title>');
});
