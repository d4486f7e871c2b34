import { useEffect, useState } from 'react';

/** Milliseconds that an epoch is shown while the epochs are played. */
const FRAME_MS = 120;

export interface EpochPlayer {
  /** Index of the frame that is shown. */
  readonly place: number;
  readonly playing: boolean;
  /** The newest epoch is shown, and will be when another one ends. */
  readonly following: boolean;
  show(place: number): void;
  toggle(): void;
}

/** Which of `count` epochs is shown. It stays at the newest until it is moved; playing runs from the one shown, or from the first. */
export function useEpochPlayer(count: number): EpochPlayer {
  const [moved, setMoved] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const last = Math.max(0, count - 1);
  const place = Math.min(moved ?? last, last);
  const running = playing && place < last;

  useEffect(() => {
    if (!running) return undefined;
    const timer = setTimeout(() => {
      setMoved(place + 1 >= last ? null : place + 1);
      if (place + 1 >= last) setPlaying(false);
    }, FRAME_MS);
    return () => clearTimeout(timer);
  }, [running, place, last]);

  return {
    place,
    playing: running,
    following: moved === null,
    show: (next) => {
      setPlaying(false);
      setMoved(next >= last ? null : Math.max(0, next));
    },
    toggle: () => {
      if (!running && place >= last) setMoved(0);
      setPlaying(!running);
    },
  };
}
