/** How long it takes to play all epochs. */
const WHOLE_MS = 6000;
/** Shorter frames are not seen, so that epochs are left out instead; longer ones look stuck. */
const SHORTEST_MS = 40;
const LONGEST_MS = 1000;

export interface Pace {
  /** Milliseconds that an epoch is shown. */
  readonly frame: number;
  /** Epochs from one that is shown to the next. */
  readonly stride: number;
}

/** The pace at which `count` epochs take about six seconds together. */
export function paceOf(count: number): Pace {
  const steps = Math.max(1, count - 1);
  const stride = Math.max(1, Math.ceil((SHORTEST_MS * steps) / WHOLE_MS));
  return { stride, frame: Math.min(LONGEST_MS, (WHOLE_MS * stride) / steps) };
}
