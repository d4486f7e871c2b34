/** Which device computes. `auto` probes hardware WebGPU, then WASM, then CPU. */
export type BackendName = 'webgpu' | 'wasm' | 'cpu';

export type BackendChoice = 'auto' | BackendName;

/** Bytes of WebAssembly that a run may take: it addresses 4 GiB, and tfjs's heap grows in large steps. */
export const WASM_BYTES = 3.5 * 2 ** 30;
