declare module '*?simd' {
  /** A WebAssembly module, in base64. */
  export const plain: string;
  /** The same with relaxed SIMD, for engines that have it. */
  export const relaxed: string;
}
