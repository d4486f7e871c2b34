import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { guidePlugin } from './cli/guidePlugin.ts';
import { hostingPlugin } from './cli/hostingPlugin.ts';
import { modulePlugins } from './cli/modulePlugins.mjs';
import { versionDefine } from './cli/version.mjs';

export default defineConfig({
  base: './',
  define: versionDefine,
  plugins: [react(), ...modulePlugins(), guidePlugin(), hostingPlugin()],
  worker: { format: 'es', plugins: modulePlugins },
  // What only the workers and the lazily loaded pages import must be known at the start: found at first use, Vite would
  // bundle again and reload a worker in the middle of its work.
  optimizeDeps: { entries: ['index.html', 'workers/*.worker.ts', 'src/features/**/*.tsx'] },
  server: { port: 5173 },
  preview: { port: 4173 },
  build: { target: 'es2023', chunkSizeWarningLimit: 1500 },
});
