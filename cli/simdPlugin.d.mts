import type { Plugin } from 'vite';

/** `import code from './kernels.ts?simd'` is the AssemblyScript file as a WebAssembly module, in base64. */
export function simdPlugin(): Plugin;
