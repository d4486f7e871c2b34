// Trains the studies that the page opens as examples, and writes them under public/examples.
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';

const { makeExamples } = await import(pathToFileURL(await bundle('cli/examples.ts')).href);
await makeExamples();
// The threads of WebAssembly would keep the process alive.
process.exit();
