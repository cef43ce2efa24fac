/**
 * How all pages look, by day and by night. Eight hues for what differs in kind, in the order in which neighbours
 * are told apart best, also by people who see colours differently; what comes after them is grey. Colour never
 * says anything that a text or a place does not say too.
 */
export const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif;
  --surface: #fcfcfb; --ink: #1c1c1a; --soft: #5f5e59; --line: #dddcd6; --fill: #f1f0ec;
  --good: #18794e; --bad: #c62a2f; --warn: #8a5a00;
  --hue-1: #2a78d6; --hue-2: #1baf7a; --hue-3: #eda100; --hue-4: #008300;
  --hue-5: #4a3aa7; --hue-6: #e34948; --hue-7: #e87ba4; --hue-8: #eb6834; --hue-0: #8a8984; }
@media (prefers-color-scheme: dark) { :root {
  --surface: #1a1a19; --ink: #edece8; --soft: #a3a29b; --line: #3b3a37; --fill: #262624;
  --good: #4cc38a; --bad: #ff8b8b; --warn: #f1a10d;
  --hue-1: #3987e5; --hue-2: #199e70; --hue-3: #c98500; --hue-4: #1f9a1f;
  --hue-5: #9085e9; --hue-6: #e66767; --hue-7: #d55181; --hue-8: #d95926; --hue-0: #8a8984; } }
body { max-width: 72rem; margin: 2rem auto; padding: 0 1rem; background: var(--surface); color: var(--ink); }
h1 { font-size: 1.5rem; margin: 0 0 .5rem; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.scroll { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; overflow-wrap: anywhere; vertical-align: top; }
th { color: var(--soft); font-weight: 600; overflow-wrap: normal; }
.right { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); } .hint { color: var(--soft); }
code { font: .9em ui-monospace, monospace; overflow-wrap: anywhere; }
pre { background: var(--fill); padding: .6rem .8rem; overflow-x: auto; }
figure { margin: 1rem 0; } figcaption { color: var(--soft); }
svg { display: block; width: 100%; height: auto; font: 12px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .soft { fill: var(--soft); }
svg .axis { stroke: var(--line); fill: none; } svg .track { fill: var(--fill); }
${Array.from({ length: 9 }, (_, hue) => `.area-${hue} { fill: var(--hue-${hue}); } .cell-${hue} { fill: var(--hue-${hue}); fill-opacity: .3; stroke: var(--surface); stroke-width: 2; } .line-${hue} { fill: none; stroke: var(--hue-${hue}); stroke-width: 2; stroke-linejoin: round; }`).join('\n')}
@media print { body { max-width: none; } }`;

/** The hue of the n-th thing, from 0; what comes after the eighth shares one. */
export function hueOf(index: number): number {
  return index < 8 ? index + 1 : 0;
}
