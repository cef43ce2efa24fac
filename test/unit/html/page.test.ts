import { describe, expect, test } from 'vitest';
import { barChart } from '../../../src/html/bar-chart.ts';
import { markup } from '../../../src/html/markup.ts';
import { lineChart } from '../../../src/html/line-chart.ts';
import { renderPage } from '../../../src/html/page.ts';
import { htmlTable } from '../../../src/html/table.ts';

const HOSTILE = '"><script>alert(1)</script>\x1b[2J';

describe('markup', () => {
  test('escapes whatever is filled in, and only that', () => {
    expect(
      markup`<p title="${HOSTILE}">${1} ${undefined}${[markup`<b>${'a & b'}</b>`, "'"]}</p>`.markup,
    ).toBe('<p title="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;\\x1b[2J">1 <b>a &amp; b</b>&#39;</p>');
  });

  test('a page and everything on it keeps foreign text as text', () => {
    const page = renderPage({
      title: HOSTILE,
      body: [
        htmlTable([{ title: HOSTILE }, { title: 'n', align: 'right' }], [[HOSTILE, 1]]),
        barChart(HOSTILE, [{ name: HOSTILE, value: 1, shown: HOSTILE }]),
        lineChart({
          label: HOSTILE,
          series: [
            { name: HOSTILE, points: [[0, 1]] },
            { name: 'b', points: [] },
          ],
          showX: () => HOSTILE,
          showY: String,
        }),
      ],
    });
    expect(page).not.toMatch(/<script/);
    expect(page).not.toContain('\x1b');
    expect(page).not.toMatch(/<link|<img|@import|src=|href=|url\(/);
    expect(page).toContain(`default-src 'none'`);
    expect(page).not.toContain('NaN');
    expect(page).not.toContain('undefined');
  });
});

describe('charts', () => {
  test('the longest bar takes all the room, the others their part, and nothing is nothing', () => {
    const { markup: bars } = barChart('keys', [
      { name: 'a', value: 100, shown: '100' },
      { name: 'b', value: 25, shown: '25' },
      { name: 'c', value: 0, shown: '0' },
    ]);
    const widths = [...bars.matchAll(/class="area-1"[^>]* width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths).toEqual([660, 165, 0]);
    expect(barChart('nothing', [{ name: 'a', value: 0, shown: '0' }]).markup).not.toContain('NaN');
  });

  test('a line stands on 0, and its axis ends at a round number above it', () => {
    const { markup: lines } = lineChart({
      label: 'rate',
      series: [
        {
          name: 'a',
          points: [
            [0, 0],
            [10, 37],
          ],
        },
      ],
      showX: (value) => `${value} s`,
      showY: String,
    });
    expect(lines).toContain('>40</text>');
    expect(lines).toContain('>10</text>');
    expect(lines).toContain('>5 s</text>');
    expect(lines).toContain('d="M70 214L706 25.3"');
    expect(lineChart({ label: '', series: [], showX: String, showY: String }).markup).toContain('no data');
  });
});
