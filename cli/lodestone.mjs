// Bundles the command line with Vite (seconds) and runs it: the same modules as the page's workers, no second build tool.
import { rmSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'vite';
import { simdPlugin } from './simdPlugin.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
// A folder of its own for each process: runs may go on side by side.
const outDir = fileURLToPath(new URL(`../.cache/cli-${process.pid}`, import.meta.url));
process.on('exit', () => rmSync(outDir, { recursive: true, force: true }));

await build({
  root,
  configFile: false,
  logLevel: 'error',
  plugins: [simdPlugin()],
  // Native modules and test tools stay what they are; everything else is bundled.
  ssr: { target: 'node', noExternal: true, external: ['webgpu', 'vite', '@vitejs/plugin-react', '@playwright/test'] },
  build: { ssr: 'cli/main.ts', outDir, emptyOutDir: true, target: 'node20', minify: false, rolldownOptions: { output: { entryFileNames: 'main.mjs' } } },
});

const { main } = await import(pathToFileURL(`${outDir}/main.mjs`).href);
process.exitCode = await main(process.argv.slice(2));
// Dawn keeps its threads alive.
process.exit();
