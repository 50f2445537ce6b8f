// Runs test/*.test.ts: bundled first, since the oldest node that builds the console does not read TypeScript.
import {spawnSync} from 'node:child_process';
import {mkdtemp, readdir, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {build} from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const out = await mkdtemp(join(tmpdir(), 'console-test-'));
try {
  const tests = (await readdir(here)).filter(name => name.endsWith('.test.ts'));
  await build({
    entryPoints: tests.map(name => join(here, name)),
    outdir: out, outExtension: {'.js': '.mjs'}, bundle: true, format: 'esm', platform: 'node', target: 'node18',
  });
  const files = (await readdir(out)).map(name => join(out, name));
  process.exitCode = spawnSync(process.execPath, ['--test', ...files], {stdio: 'inherit'}).status ?? 1;
} finally {
  await rm(out, {recursive: true, force: true});
}
