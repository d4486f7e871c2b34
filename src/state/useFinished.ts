import { useState } from 'react';
import type { RunSummary } from '../domain/run';

/** The runs with a result: the same array until another run has one, whatever those that train report meanwhile. */
export function useFinished(runs: readonly RunSummary[]): readonly RunSummary[] {
  const finished = runs.filter(({ result }) => result !== null);
  const key = finished.map(({ id }) => id).join(',');
  const [held, setHeld] = useState({ key, finished });
  if (held.key === key) return held.finished;
  setHeld({ key, finished });
  return finished;
}
