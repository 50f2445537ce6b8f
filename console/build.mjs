#!/usr/bin/env node
// Builds the console: node console/build.mjs --out DIR
//
// DIR gets index.html (the console), portal.html (a partner's page) and assets/NAME.HASH.EXT, each also as .gz.
// The pages hold no script and no style of their own, since the server's Content-Security-Policy allows none.
// The same sources make the same bytes.
import {mkdir, readFile, readdir, rm, writeFile} from 'node:fs/promises';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {gzipSync} from 'node:zlib';
import {build} from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const gzippedBytesMax = 150 * 1024;

/** Everything that a page loads, by the names that the sources have. */
const entryPoints = {
  console: join(here, 'src/main.tsx'),
  portal: join(here, 'src/portal.tsx'),
  style: join(here, 'style/index.css'),
  icon: join(here, 'pages/icon.svg'),
};

async function bundle(out) {
  const result = await build({
    entryPoints,
    outdir: out,
    entryNames: 'assets/[name].[hash]',
    chunkNames: 'assets/chunk.[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    legalComments: 'none',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: {'.svg': 'copy'},
    metafile: true,
    absWorkingDir: here,
  });
  const files = {};
  for (const [path, output] of Object.entries(result.metafile.outputs)) {
    if (output.entryPoint || path.endsWith('.svg')) files[nameOf(path)] = path.slice(path.indexOf('assets/'));
  }
  return files;
}

function nameOf(path) {
  const [name, , extension] = path.slice(path.lastIndexOf('/') + 1).split('.');
  return `${name}.${extension}`;
}

async function page(out, name, files) {
  const template = await readFile(join(here, 'pages', name), 'utf8');
  const html = template.replace(/\{\{(.+?)\}\}/g, (_, asset) => {
    if (!files[asset]) throw new Error(`${name} asks for ${asset}, which was not built`);
    return `/console/${files[asset]}`;
  });
  await writeFile(join(out, name), html);
}

async function compress(out) {
  let total = 0;
  for (const folder of ['', 'assets']) {
    for (const entry of await readdir(join(out, folder), {withFileTypes: true})) {
      if (!entry.isFile() || entry.name.endsWith('.gz')) continue;
      const path = join(out, folder, entry.name);
      const bytes = gzipSync(await readFile(path), {level: 9});
      total += bytes.length;
      await writeFile(`${path}.gz`, bytes);
    }
  }
  return total;
}

const at = process.argv.indexOf('--out');
const out = at < 0 ? undefined : process.argv[at + 1];
if (!out) {
  console.error('usage: node console/build.mjs --out DIR');
  process.exit(2);
}
await rm(join(out, 'assets'), {recursive: true, force: true});
await mkdir(join(out, 'assets'), {recursive: true});
const files = await bundle(out);
await page(out, 'index.html', files);
await page(out, 'portal.html', files);
const total = await compress(out);
if (total > gzippedBytesMax) throw new Error(`${total} bytes gzipped, ${gzippedBytesMax} is the limit`);
console.log(`console: ${(total / 1024).toFixed(1)} KiB gzipped in ${out}`);
