import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// Dependencies that the workers import lazily: found at first use, Vite would reload the worker in the middle of it.
const workerDependencies = [
  '@tensorflow/tfjs-core',
  '@tensorflow/tfjs-core/dist/register_all_gradients',
  '@tensorflow/tfjs-backend-webgpu',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-backend-cpu',
];

export default defineConfig({
  base: './',
  plugins: [react()],
  worker: { format: 'es' },
  optimizeDeps: { include: workerDependencies },
  server: { port: 5173 },
  preview: { port: 4173 },
  build: { target: 'es2023', chunkSizeWarningLimit: 1500 },
});
