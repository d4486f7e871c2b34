/** Which device computes. `auto` probes hardware WebGPU, then WASM, then CPU. */
export type BackendName = 'webgpu' | 'wasm' | 'cpu';

export type BackendChoice = 'auto' | BackendName;
