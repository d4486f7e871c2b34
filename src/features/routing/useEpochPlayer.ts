import { useCallback, useEffect, useRef, useState } from 'react';
import { paceOf } from './pace';

export interface EpochPlayer {
  /** Index of the frame that is shown. */
  readonly place: number;
  readonly playing: boolean;
  /** The newest epoch is shown, and will be when another one ends. */
  readonly following: boolean;
  /** Stops at one. */
  show(place: number): void;
  /** Goes to one; playing goes on from there. */
  seek(place: number): void;
  /** While the slider is held, playing waits. */
  hold(held: boolean): void;
  toggle(): void;
}

/** Which of `count` epochs is shown. It stays at the newest until it is moved; playing runs from the one shown, or from the first. */
export function useEpochPlayer(count: number): EpochPlayer {
  const [moved, setMoved] = useState<number | null>(null);
  const [playing, setPlaying] = useState(false);
  const [held, setHeld] = useState(false);
  const last = Math.max(0, count - 1);
  const place = Math.min(moved ?? last, last);
  const running = playing && (held || place < last);
  const { frame, stride } = paceOf(count);
  const atEnd = useRef(false);
  useEffect(() => {
    atEnd.current = place >= last;
  }, [place, last]);
  const hold = useCallback((now: boolean) => {
    setHeld(now);
    // Let go at the end, there is nothing left to play.
    if (!now && atEnd.current) setPlaying(false);
  }, []);

  useEffect(() => {
    if (!running || held) return undefined;
    const timer = setTimeout(() => {
      setMoved(place + stride >= last ? null : place + stride);
      if (place + stride >= last) setPlaying(false);
    }, frame);
    return () => clearTimeout(timer);
  }, [running, held, place, last, frame, stride]);

  const seek = (next: number): void => setMoved(next >= last ? null : Math.max(0, next));
  return {
    place,
    playing: running,
    following: moved === null,
    show: (next) => {
      setPlaying(false);
      seek(next);
    },
    seek,
    hold,
    toggle: () => {
      if (!running && place >= last) setMoved(0);
      setPlaying(!running);
    },
  };
}
