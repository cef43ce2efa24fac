// npm run bench -- NAME...: runs the benchmarks of these names (all without one), each a file NAME.bench.ts
// with a function `bench`. They print ratios to a peer in the same run; nothing asserts a time.
import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = path.join(here, '../..');
const known = (await readdir(here))
  .filter((file) => file.endsWith('.bench.ts'))
  .map((file) => file.slice(0, -'.bench.ts'.length));
const names = process.argv.slice(2);
const unknown = names.filter((name) => !known.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there is ${known.join(', ')}`);
  process.exit(2);
}

execFileSync(process.execPath, ['esbuild.config.js'], { cwd: root, stdio: 'inherit' });
// Inside the checkout, so that packages are found; they stay outside of the bundle.
const folder = await mkdtemp(path.join(root, 'node_modules/.bench-'));
try {
  // A copy, so that a build in between does not take the program away from under a long benchmark.
  for (const part of ['bin', 'dist', 'package.json']) {
    await cp(path.join(root, part), path.join(folder, 'program', part), { recursive: true });
  }
  const binary = path.join(folder, 'program/bin/cachectl.js');
  for (const name of names.length > 0 ? names : known) {
    const outfile = path.join(folder, `${name}.js`);
    await build({
      entryPoints: [path.join(here, `${name}.bench.ts`)],
      outfile,
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
    });
    const { bench } = await import(pathToFileURL(outfile).href);
    console.log(`== ${name}`);
    await bench({ root, binary });
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
