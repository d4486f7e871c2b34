import { useCallback, useState } from 'react';
import type { Point } from './series';

/** What part of a chart is shown; null: all of it. */
export interface ChartRange {
  readonly x: Point | null;
  readonly y: Point | null;
}

const NOTHING: ReadonlySet<string> = new Set();

/** The range that a person chose, and the lines that they hid. */
export function useRange() {
  const [range, setRange] = useState<ChartRange>({ x: null, y: null });
  const [hidden, setHidden] = useState<ReadonlySet<string>>(NOTHING);
  const toggle = useCallback(
    (name: string) =>
      setHidden((now) => new Set(now.has(name) ? [...now].filter((one) => one !== name) : [...now, name])),
    [],
  );
  return { range, hidden, toggle, setRange };
}
