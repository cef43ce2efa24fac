import { COLOUR, displayWidth } from '../terminal/width.ts';

/** The screen of a terminal as a picture: text with colours, as tmux's `capture-pane -e` gives it. */

interface Look {
  readonly color: string | undefined;
  readonly bold: boolean;
  readonly dim: boolean;
}

/** Some text in one look, and the column where it begins. */
interface Run {
  readonly column: number;
  readonly text: string;
  readonly look: Look;
}

const PLAIN: Look = { color: undefined, bold: false, dim: false };
const INK = '#d7dae0';
const PAPER = '#1e2127';
/** The eight colours of SGR 30 to 37; 90 to 97 are drawn alike. */
const COLORS = ['#5c6370', '#e06c75', '#98c379', '#e5c07b', '#61afef', '#c678dd', '#56b6c2', '#ffffff'];
const COLUMN = 8.4;
const LINE = 18;
const MARGIN = 16;

/**
 * Draws a screen as SVG, so that it is sharp at any size and its words can be found and read aloud. Knows the colours and
 * styles that cachectl uses; everything else about the look of a terminal is left out. Pure.
 */
export function terminalPicture(
  screen: string,
  options: { readonly columns: number; readonly title: string },
): string {
  const lines = screen.replace(/\s+$/, '').split('\n').map(readLine);
  const width = Math.ceil(options.columns * COLUMN + MARGIN * 2);
  const height = lines.length * LINE + MARGIN * 2;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(options.title)}">`,
    `<title>${escape(options.title)}</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="${PAPER}"/>`,
    `<g font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" fill="${INK}">`,
    ...lines.flatMap((runs, row) =>
      runs.filter(({ text }) => text.trim() !== '').map((run) => drawRun(run, MARGIN + (row + 0.75) * LINE)),
    ),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function drawRun({ column, text, look }: Run, y: number): string {
  const attributes = [
    `x="${(MARGIN + column * COLUMN).toFixed(1)}"`,
    `y="${y.toFixed(1)}"`,
    // Whatever font there is: columns stay columns.
    `textLength="${(displayWidth(text) * COLUMN).toFixed(1)}"`,
    ...(look.color === undefined ? [] : [`fill="${look.color}"`]),
    ...(look.bold ? ['font-weight="bold"'] : []),
    ...(look.dim ? ['opacity="0.6"'] : []),
  ];
  return `<text ${attributes.join(' ')}>${escape(text)}</text>`;
}

/** Parts of a line with one look each. Looks end with the line: tmux begins each anew. */
function readLine(line: string): readonly Run[] {
  const runs: Run[] = [];
  let look = PLAIN;
  let column = 0;
  for (const [place, part] of line.split(COLOUR).entries()) {
    if (place % 2 === 1) {
      // What stands between the bracket and the `m`.
      look = part.slice(2, -1).split(';').map(Number).reduce(applyCode, look);
      continue;
    }
    // Blanks are left out: whatever draws the picture may take several for one.
    for (const { 0: text, index } of part.matchAll(/\S+(?: \S+)*/g)) {
      runs.push({ column: column + displayWidth(part.slice(0, index)), text, look });
    }
    column += displayWidth(part);
  }
  return runs;
}

function applyCode(look: Look, code: number): Look {
  if (code === 0) return PLAIN;
  if (code === 1) return { ...look, bold: true };
  if (code === 2) return { ...look, dim: true };
  if (code === 22) return { ...look, bold: false, dim: false };
  if (code === 39) return { ...look, color: undefined };
  const color = code >= 90 ? COLORS[code - 90] : code >= 30 ? COLORS[code - 30] : undefined;
  return color === undefined ? look : { ...look, color };
}

function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
