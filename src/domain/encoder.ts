/** Sentence encoders that run in the page. Their files lie in the browser; each is known by a hash of them. */

export interface EncoderInfo {
  /** SHA-256, hex, of all that decides its vectors. */
  readonly id: string;
  /** The folder's name, or the name on the hub. */
  readonly name: string;
  readonly bytes: number;
  /** Length of its vectors. */
  readonly width: number;
  /** What it reads of a text at most, tokens, its own marks included. */
  readonly longest: number;
}

/** `auto`: the GPU where there is a real one, else the CPU. */
export const ENCODER_DEVICES = ['auto', 'webgpu', 'wasm'] as const;
export type EncoderDevice = (typeof ENCODER_DEVICES)[number];

/** Who turns texts into vectors: the model server, or this page with an encoder that is stored here. */
export type EncoderChoice =
  | { readonly kind: 'server' }
  /** `id` is null until an encoder is chosen. */
  | { readonly kind: 'page'; readonly id: string | null; readonly name: string; readonly device: EncoderDevice };

/** What is fetched from the hub when nothing else is asked for. */
export const HUB_ENCODER = 'Xenova/all-MiniLM-L6-v2';
export const HUB = 'https://huggingface.co';
