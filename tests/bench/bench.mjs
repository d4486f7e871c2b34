// The benchmark, bundled and run. It starts this file again, with the bundle, for each model: a process of its own has only
// that model's code compiled and that model's memory taken.
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from '../../cli/bundle.mjs';

const child = process.argv[2] === '--child';
const path = child ? process.argv[3] : await bundle('tests/bench/main.ts', { sourcemap: true });
// The profile tells layers apart by the files of a stack trace.
process.setSourceMapsEnabled(true);
const { main, measureForParent } = await import(pathToFileURL(path).href);
if (child) await measureForParent(process.argv[4]);
else process.exitCode = await main(process.argv.slice(2), fileURLToPath(import.meta.url), path);
// Dawn keeps its threads alive.
process.exit();
