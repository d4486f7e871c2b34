/** What a slot's bytes are when a step begins to use them. */
export type Source =
  /** Made by the step itself. */
  | { readonly kind: 'made'; readonly size: number; readonly usage: number }
  /** From the host, other numbers in every step. */
  | { readonly kind: 'given'; readonly name: string; readonly bytes: Uint8Array }
  /** From the host, the same in every step. */
  | { readonly kind: 'constant'; readonly bytes: Uint8Array }
  /** There before the step: parameters, graphs, features. */
  | { readonly kind: 'outside'; readonly buffer: GPUBuffer };

/** Bytes that commands use, whichever buffer of the pool they lay in when they were recorded. */
export interface Slot {
  readonly source: Source;
  /** Where they lay. */
  readonly buffer: GPUBuffer;
}

export interface Binding {
  readonly slot: number;
  readonly offset: number;
  /** Bytes; null for the rest of the buffer. */
  readonly size: number | null;
}

export type Command =
  | {
      readonly kind: 'dispatch';
      readonly pipeline: GPUComputePipeline;
      readonly bindings: readonly (Binding & { readonly binding: number })[];
      readonly groups: readonly [number, number, number];
    }
  | { readonly kind: 'copy'; readonly from: Binding; readonly to: Binding; readonly size: number };

/** What a step told the device, in order. Slots are numbered by their first use. */
export interface Recording {
  readonly slots: readonly Slot[];
  readonly commands: readonly Command[];
  /** Why this cannot be played again, in a clause; null if it can. */
  readonly problem: string | null;
}
