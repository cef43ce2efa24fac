import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/cli/registry.ts';
import { SHELLS } from '../../src/completion/command.ts';
import { SCRIPT_FILES } from '../../src/completion/scripts.ts';
import { generatedFiles } from '../../src/documents/generated-files.ts';
import { runBinary } from '../support/run-binary.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

test.each(generatedFiles(COMMANDS).map((file) => [file.path, file] as const))(
  '%s says what the commands say (otherwise: npm run generate)',
  async (path, { update }) => {
    const text = await readFile(root + path, 'utf8');
    expect(text, `${path} is out of date: npm run generate`).toBe(update(text));
  },
);

test.each(SHELLS)('cachectl completion %s prints what is in completions/', async (shell) => {
  const run = await runBinary(['completion', shell]);
  expect(run).toEqual({
    code: 0,
    stderr: '',
    stdout: await readFile(`${root}completions/${SCRIPT_FILES[shell]}`, 'utf8'),
  });
});
