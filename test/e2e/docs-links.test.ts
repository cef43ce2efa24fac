import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { TOPICS } from '../../src/cli/help-topics.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file !== '');
const pages = tracked.filter((file) => file.endsWith('.md'));

/** Links and pictures outside of code: where they lead. */
function linksOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '').replaceAll(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors that GitHub gives to headings. */
function anchorsOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^```[\s\S]*?^```/gm, '');
  return [...prose.matchAll(/^#+ +(.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );
}

describe('the documentation', () => {
  test.each(pages)('%s leads nowhere else than to what is there', (page) => {
    const broken = linksOf(readFileSync(root + page, 'utf8')).filter((target) => {
      if (/^(https?|mailto):/.test(target)) return false;
      const [file = '', anchor] = target.split('#');
      const full = file === '' ? root + page : path.resolve(root, path.dirname(page), file);
      if (!existsSync(full)) return true;
      return anchor !== undefined && !anchorsOf(readFileSync(full, 'utf8')).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test('has a page for each command and for nothing else', async () => {
    const { COMMANDS } = await import('../../src/cli/registry.ts');
    const { pageFile } = await import('../../src/documents/command-page.ts');
    const there = pages
      .filter((page) => page.startsWith('docs/commands/'))
      .map((page) => path.basename(page));
    expect(there.sort()).toEqual(['README.md', ...COMMANDS.map(pageFile)].sort());
  });

  test('names every variable of the environment that the program looks at', () => {
    const source = tracked
      .filter((file) => /^src\/.*\.ts$/.test(file))
      .map((file) => readFileSync(root + file, 'utf8'));
    const read = new Set(
      source.flatMap((text) => [...text.matchAll(/\benv\['([A-Z_]+)'\]/g)].map(([, name = '']) => name)),
    );
    // What the system sets for every program needs no page.
    const ordinary = ['PATH', 'HOME', 'SHELL', 'WT_SESSION', 'TERM_PROGRAM', 'ORIGIN_URL'];
    const help = JSON.stringify(TOPICS);
    expect([...read].filter((name) => !ordinary.includes(name) && !help.includes(name))).toEqual([]);
    expect(read.size).toBeGreaterThan(10);
  });
});
