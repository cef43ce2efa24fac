import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const root = path.dirname(fileURLToPath(import.meta.url));
// CommonJS packages inside an ES module bundle still call require for Node's own modules.
const requireBanner = {
  js: "import{createRequire as $require}from'node:module';const require=$require(import.meta.url);",
};
const outdir = path.join(root, 'dist');

const { drawPicture, generate, manual, softwareBill } = await loadSource('src/documents/at-build.ts');
// `npm run generate`: what is checked in and made from the command specs.
if (process.argv.includes('--generate')) {
  for (const file of await generate(root)) process.stdout.write(`${file} is new\n`);
}

/** What every command line needs, and what every command needs: whatever is loaded later finds it there. */
const LINE = 'src/cli/run-line.ts';
const COMMAND = ['src/cli/program.ts', 'src/cli/run-command.ts', 'src/redis/connect.ts'];

/** @satisfies {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  format: /** @type {const} */ ('esm'),
  platform: /** @type {const} */ ('node'),
  target: 'node20.19',
  minifySyntax: true,
  minifyWhitespace: true,
  metafile: /** @type {const} */ (true),
  banner: requireBanner,
};
/** @satisfies {import('esbuild').BuildOptions} */
const program = {
  ...common,
  entryPoints: { cachectl: 'src/cachectl.ts' },
  outdir,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
};

await rm(outdir, { recursive: true, force: true });
const { inputs } = (await build({ ...program, write: false })).metafile;
const built = await build({ ...program, plugins: [coreFirst(lazyParts(inputs))] });
const shop = await build({
  ...common,
  entryPoints: ['examples/shop/main.ts'],
  outfile: path.join(outdir, 'examples/shop.js'),
});
// A thread starts from a file of its own, and needs hardly anything of the program.
const worker = await build({
  ...common,
  entryPoints: ['src/loadtest/engine/worker.ts'],
  outfile: path.join(outdir, 'loadtest-worker.js'),
});
const packages = await bundledPackages([
  ...Object.keys(built.metafile.inputs),
  ...Object.keys(worker.metafile.inputs),
  ...Object.keys(shop.metafile.inputs),
]);
await writeFile(
  path.join(outdir, 'THIRD-PARTY-LICENSES.txt'),
  packages
    .map(({ name, version, license, text }) => `${name} ${version} (${license})\n\n${text.trim()}\n`)
    .join(`\n${'-'.repeat(72)}\n\n`),
);
const about = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));
await writeFile(
  path.join(outdir, 'sbom.cdx.json'),
  `${JSON.stringify(softwareBill(about, packages), undefined, 2)}\n`,
);
await mkdir(path.join(outdir, 'man'));
for (const { file, text } of manual()) await writeFile(path.join(outdir, 'man', file), text);

/** Our own modules that are loaded by import(). */
function lazyParts(/** @type {import('esbuild').Metafile['inputs']} */ inputs) {
  const targets = Object.values(inputs).flatMap(({ imports }) =>
    imports.filter(({ kind }) => kind === 'dynamic-import').map(({ path }) => path),
  );
  return new Set(targets.filter((target) => target.startsWith('src/')));
}

/**
 * esbuild gives every set of parts that share modules a chunk of its own: forty small files for one command, and
 * each costs almost half a millisecond to load. Where every part says that it needs the whole core, which has
 * been loaded by then in any case, all parts share it, and it becomes one file.
 * @returns {import('esbuild').Plugin}
 */
function coreFirst(/** @type {ReadonlySet<string>} */ parts) {
  return {
    name: 'core-first',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
        const name = path.relative(root, file);
        if (!parts.has(name) || name === LINE) return undefined;
        const core = COMMAND.includes(name) ? [LINE] : [LINE, ...COMMAND];
        const imports = core.map((module) => `import ${JSON.stringify(path.join(root, module))};`);
        return { contents: `${imports.join('')}${await readFile(file, 'utf8')}`, loader: 'ts' };
      });
    },
  };
}

// `npm run picture`: the picture in the README, made from a session in a real terminal.
if (process.argv.includes('--picture')) {
  await drawPicture({ root, nodePath: process.execPath, env: process.env });
}

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
  const folder = await mkdtemp(path.join(root, '.build-'));
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
