// Bundles a program with Vite (seconds): the same modules as the page's workers, no second build tool.
import { rmSync } from 'node:fs';
import { hostname } from 'node:os';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { modulePlugins } from './modulePlugins.mjs';
import { versionDefine } from './version.mjs';

/** Builds `entry`, relative to the repository, and returns the path of the one file; it lies there until the process ends. With `sourcemap`, stack traces can name the files it was made of. */
export async function bundle(entry, { sourcemap = false } = {}) {
  // A folder of its own for each process: programs may run side by side, also on machines that share this folder.
  const outDir = fileURLToPath(new URL(`../.cache/cli-${hostname()}-${process.pid}`, import.meta.url));
  process.on('exit', () => rmSync(outDir, { recursive: true, force: true }));
  await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    configFile: false,
    logLevel: 'error',
    plugins: modulePlugins(),
    define: versionDefine,
    // Native modules and test tools stay what they are; everything else is bundled.
    ssr: { target: 'node', noExternal: true, external: ['webgpu', 'vite', '@vitejs/plugin-react', '@playwright/test'] },
    build: {
      ssr: entry,
      outDir,
      emptyOutDir: true,
      target: 'node20',
      minify: false,
      sourcemap,
      rolldownOptions: { output: { entryFileNames: 'main.mjs' } },
    },
  });
  return `${outDir}/main.mjs`;
}
