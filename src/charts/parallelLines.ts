import type { Axis } from './ticks';

export interface ParallelAxis {
  readonly name: string;
  readonly axis: Axis;
  /** How a value of it is read out. */
  readonly format: (value: number) => string;
}

/** One point: a value on every axis, the last being what decides its colour. */
export interface ParallelLine {
  readonly id: string;
  readonly values: readonly number[];
  /** The values as they are read. */
  readonly words: readonly string[];
}

/** Pixel distances between the frame and the axes. */
export const PARALLEL_ROOM = { left: 20, right: 64, top: 52, bottom: 28 } as const;
