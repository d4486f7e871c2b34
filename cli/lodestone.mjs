// The command line, bundled and run.
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';

const { main } = await import(pathToFileURL(await bundle('cli/main.ts')).href);
process.exitCode = await main(process.argv.slice(2));
// Dawn keeps its threads alive.
process.exit();
