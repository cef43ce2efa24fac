import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build, transform } from 'esbuild';

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

/** What every command line needs, what reads one, and what every command needs. */
const LINE = 'src/cli/run-line.ts';
const PARSER = 'src/cli/program.ts';
const COMMAND = ['src/cli/run-command.ts', 'src/redis/connect.ts'];

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
};

await rm(outdir, { recursive: true, force: true });
const built = await build({
  ...common,
  entryPoints: { cachectl: 'src/cachectl.ts' },
  outdir,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  outExtension: { '.js': '.cjs' },
  plugins: [coreFirst(), lighter()],
  write: false,
});
refuseCycles(built.metafile.outputs);
await Promise.all(built.outputFiles.map(writeCommonJs));
const shop = await build({
  ...common,
  banner: requireBanner,
  entryPoints: ['examples/shop/main.ts'],
  outfile: path.join(outdir, 'examples/shop.js'),
});
// A thread starts from a file of its own, and needs hardly anything of the program.
const worker = await build({
  ...common,
  banner: requireBanner,
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

/**
 * esbuild gives every set of parts that share modules a chunk of its own: forty small files for one command, and
 * each costs almost half a millisecond to load. Where every part says that it needs the whole core, which has
 * been loaded by then in any case, all parts share it, and it becomes one file. So each import() goes to a module
 * that says so for the part that is meant.
 * @returns {import('esbuild').Plugin}
 */
function coreFirst() {
  const coreOf = (/** @type {string} */ part) =>
    part === PARSER ? [LINE] : COMMAND.includes(part) ? [LINE, ...COMMAND] : [LINE, PARSER, ...COMMAND];
  return {
    name: 'core-first',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^\./ }, ({ kind, path: target, resolveDir, importer }) => {
        if (kind !== 'dynamic-import' || importer.includes('node_modules')) return undefined;
        const part = path.relative(root, path.resolve(resolveDir, target));
        return part === LINE ? undefined : { path: part, namespace: 'part' };
      });
      onLoad({ filter: /^/, namespace: 'part' }, ({ path: part }) => {
        const lines = coreOf(part).map((module) => `import ${JSON.stringify(path.join(root, module))};`);
        return {
          contents: `${lines.join('\n')}\nexport * from ${JSON.stringify(path.join(root, part))};`,
          resolveDir: root,
        };
      });
    },
  };
}

/**
 * esbuild splits ES modules only, and Node takes twice as long to load these as it does for CommonJS: each file is
 * read, linked and run in steps of an event loop that has nothing else to do. So what was split is turned into it.
 */
async function writeCommonJs(/** @type {import('esbuild').OutputFile} */ { path: file, text }) {
  const { code } = await transform(text, {
    format: 'cjs',
    platform: common.platform,
    target: common.target,
    minifySyntax: true,
    minifyWhitespace: true,
    supported: { 'dynamic-import': false },
    define: { 'import.meta.url': '$url' },
    // Modules are strict, and so stays what was one.
    banner: "'use strict';",
  });
  const url = code.includes('$url') ? "const $url=require('node:url').pathToFileURL(__filename).href;" : '';
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(
    file,
    exportDirectly(code).replace("'use strict';", (strict) => strict + url),
  );
}

/**
 * What esbuild exports, it exports by a getter that looks up another one by its name: that costs every call from one
 * file to another, tens of times for each target of `warm`, and no compiler sees through it. What is a function or a
 * class from its beginning to its end is exported as that; everything else by one getter, since it may change.
 * @param {string} code
 */
function exportDirectly(code) {
  const list =
    /var stdin_exports=\{\};__export\(stdin_exports,\{(.*?)\}\);module\.exports=__toCommonJS\(stdin_exports\);/;
  const found = list.exec(code);
  // A file that exports nothing.
  if (found === null) return code;
  const rest = code.replace(found[0], '');
  const exports = (found[1] ?? '').split(/,(?=(?:"[^"]+"|[\w$]+):\(\)=>)/).map((pair) => {
    const [, name = '', local = ''] = /^("[^"]+"|[\w$]+):\(\)=>([\w$.]+)$/.exec(pair) ?? [];
    if (local === '') throw new Error(`esbuild exports in another way than it did: ${pair}`);
    return isFixed(local, rest) ? `${name}:${local}` : `get ${name}(){return ${local}}`;
  });
  return `${rest.trimEnd()}\nmodule.exports={__esModule:!0,${exports.join(',')}};\n`;
}

/** Whether a name of the top level is declared as a function or class, and nothing is ever assigned to it again. */
function isFixed(/** @type {string} */ name, /** @type {string} */ code) {
  if (name.includes('.')) return false;
  const escaped = name.replaceAll('$', '\\$');
  const before = '(?<![\\w$.])';
  const assigned = new RegExp(
    `${before}${escaped}(?:=(?![=>])|[-+*/%&|^]=|\\*\\*=|<<=|>>>?=|&&=|\\|\\|=|\\?\\?=|\\+\\+|--)|(?:\\+\\+|--)${escaped}(?![\\w$])`,
    'g',
  );
  const assignments = code.match(assigned)?.length ?? 0;
  if (new RegExp(`${before}function\\*? ?${escaped}\\(`).test(code)) return assignments === 0;
  return assignments === 1 && new RegExp(`(?:(?:var|let|const) |,)${escaped}=class\\b`).test(code);
}

/**
 * A file exports at its end, so that no two may need one another. They never do: modules that import each other are
 * always needed together, and so they are in one file.
 */
function refuseCycles(/** @type {import('esbuild').Metafile['outputs']} */ outputs) {
  const done = new Set();
  const visit = (/** @type {string} */ file, /** @type {readonly string[]} */ way) => {
    if (way.includes(file))
      throw new Error(`files of the build need one another: ${[...way, file].join(', ')}`);
    if (done.has(file)) return;
    done.add(file);
    for (const { path: next, kind } of outputs[file]?.imports ?? []) {
      if (kind === 'import-statement' && next in outputs) visit(next, [...way, file]);
    }
  };
  for (const file of Object.keys(outputs)) visit(file, []);
}

/**
 * What packages load at once and cachectl never needs, or seldom: each costs every command line a part of a
 * millisecond and more. Chalk would find out what the streams can show, and is always told; commander starts
 * programs for subcommands of other files; and nobody is asked to write in an editor, which would bring half a megabyte
 * of tables of encodings.
 * @returns {import('esbuild').Plugin}
 */
function lighter() {
  const instead = {
    '#supports-color': 'export default { stdout: false, stderr: false };',
    '@inquirer/external-editor': 'export const editAsync = undefined;',
    'node:child_process':
      "module.exports = { spawn: (...args) => require('node:child_process').spawn(...args) };",
  };
  return {
    name: 'lighter',
    setup({ onResolve, onLoad }) {
      onResolve(
        { filter: /^(#supports-color|node:child_process|@inquirer\/external-editor)$/ },
        ({ path: target, importer }) =>
          /node_modules\/(chalk|commander|@inquirer\/editor)\//.test(importer)
            ? { path: target, namespace: 'lighter' }
            : undefined,
      );
      onLoad({ filter: /^/, namespace: 'lighter' }, ({ path: target }) => ({
        contents: instead[/** @type {keyof typeof instead} */ (target)],
      }));
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
    const file = [
      'LICENSE',
      'LICENSE.md',
      'license',
      'LICENSE.txt',
      'license.md',
      'LICENCE',
      'LICENSE-MIT.txt',
    ]
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
