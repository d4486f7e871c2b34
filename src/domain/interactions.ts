/** Parallel columns, one entry per interaction, in file order. */
export interface Interactions {
  readonly users: Int32Array;
  readonly items: Int32Array;
  readonly ratings: Float32Array | null;
  /** Seconds or milliseconds, as in the file: only the order is used. */
  readonly timestamps: Float64Array | null;
  /** 0 = train, 1 = validation, 2 = test. */
  readonly split: Uint8Array;
}
