// Injects faults into runs of every model, on a build of its own. `--help` lists the options.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { bundle } from '../../cli/bundle.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
const outDir = '.cache/faults/build';
const asked = process.argv.slice(2);
const trains = !asked.some((word) => ['--help', '--list', '--promises'].includes(word));
if (trains) await build({ root, logLevel: 'error', build: { outDir, emptyOutDir: true } });
const { main } = await import(pathToFileURL(await bundle('tests/faults/main.ts')).href);
process.exit(await main(asked, root, `${root}/${outDir}`));
