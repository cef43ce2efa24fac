import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
// CommonJS packages inside an ES module bundle still call require for Node's own modules.
const requireBanner = {
  js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);",
};
const outdir = path.join(root, 'dist');

const { generate, manual, softwareBill } = await loadSource('src/documents/at-build.ts');
// `npm run generate`: what is checked in and made from the command specs.
if (process.argv.includes('--generate')) {
  for (const file of await generate(root)) process.stdout.write(`${file} is new\n`);
}

await rm(outdir, { recursive: true, force: true });
const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: { cachectl: 'src/cachectl.ts', 'examples/shop': 'examples/shop/main.ts' },
  outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: true,
  chunkNames: 'chunks/[name]-[hash]',
  banner: requireBanner,
});
const packages = await bundledPackages(Object.keys(metafile.inputs));
await writeFile(
  path.join(outdir, 'THIRD-PARTY-LICENSES.txt'),
  packages
    .map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text.trim()}\n`)
    .join(`\n${'-'.repeat(72)}\n\n`),
);
const program = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
await writeFile(
  path.join(outdir, 'sbom.cdx.json'),
  `${JSON.stringify(softwareBill(program, packages), undefined, 2)}\n`,
);
await mkdir(path.join(outdir, 'man'));
for (const { file, text } of manual()) await writeFile(path.join(outdir, 'man', file), text);

/** Every package whose code is in the bundle, with the text of its licence, which has to go along. */
async function bundledPackages(/** @type {string[]} */ inputs) {
  const folders = new Set(
    inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1] ?? []),
  );
  const packages = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(
      await readFile(path.join(root, folder, 'package.json'), 'utf8'),
    );
    const file = ['LICENSE', 'LICENSE.md', 'license', 'LICENSE.txt', 'license.md', 'LICENCE']
      .map((candidate) => path.join(root, folder, candidate))
      .find((candidate) => existsSync(candidate));
    const text = file === undefined ? '(the package carries no licence file)' : await readFile(file, 'utf8');
    packages.push({ name, version, license, text });
  }
  return packages;
}

/** Imports a TypeScript module of src/ as it is now, for what happens while building. */
async function loadSource(/** @type {string} */ entry) {
  const folder = await mkdtemp(path.join(tmpdir(), 'cachectl-build-'));
  const outfile = path.join(folder, 'module.mjs');
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    banner: requireBanner,
  });
  try {
    return await import(pathToFileURL(outfile).href);
  } finally {
    await rm(folder, { recursive: true });
  }
}
