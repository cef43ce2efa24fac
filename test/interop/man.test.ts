import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { commandName } from '../../src/cli/command.ts';
import { COMMANDS } from '../../src/cli/registry.ts';
import { ensurePackages } from '../support/ensure-packages.ts';

const run = promisify(execFile);
const folder = fileURLToPath(new URL('../../dist/man/', import.meta.url));

beforeAll(() => ensurePackages(['man-db', 'groff-base']));

/** The page as somebody reads it, and every warning that groff has about it. */
async function read(page: string, columns = 80): Promise<{ stdout: string; stderr: string }> {
  return run('man', ['--warnings=w', '-l', page], {
    env: { PATH: process.env['PATH'] ?? '', MANWIDTH: String(columns), LANG: 'C.UTF-8', MANPAGER: 'cat' },
  });
}

test('every page of the manual is read without a warning', async () => {
  const pages = (await readdir(folder)).sort();
  expect(pages).toEqual(
    ['cachectl.1', ...COMMANDS.map((spec) => `cachectl-${spec.path.join('-')}.1`)].sort(),
  );
  for (const page of pages) expect((await read(folder + page)).stderr, page).toBe('');
});

test('a page that is broken would be noticed', async () => {
  const broken = await mkdtemp(path.join(tmpdir(), 'cachectl-test-'));
  await writeFile(path.join(broken, 'page.1'), '.TH X 1\n.SH NAME\n.nonsense\n');
  expect((await read(path.join(broken, 'page.1'))).stderr).toContain('nonsense');
  await rm(broken, { recursive: true });
});

test.each(COMMANDS.map((spec) => [commandName(spec), spec] as const))(
  'the page of %s shows its examples and flags letter by letter',
  async (_, spec) => {
    const text = (await read(`${folder}cachectl-${spec.path.join('-')}.1`, 400)).stdout;
    for (const { line } of spec.examples) expect(text).toContain(line);
    for (const { name } of spec.flags) expect(text).toContain(`--${name}`);
  },
);
