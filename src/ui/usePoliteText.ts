import { useEffect, useRef, useState } from 'react';

/** A text for a live region: changes at most every `intervalMs`, so that a screen reader is not flooded. */
export function usePoliteText(text: string, intervalMs = 10_000): string {
  const [said, setSaid] = useState(text);
  const saidAt = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, saidAt.current + intervalMs - performance.now());
    const timer = setTimeout(() => {
      saidAt.current = performance.now();
      setSaid(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text, intervalMs]);
  return said;
}
