declare module '*?simd' {
  /** A WebAssembly module, in base64. */
  const code: string;
  export default code;
}
