import { useEffect, useRef, type RefObject } from 'react';

/**
 * A heading whose section comes into view each time `calls` changes. Where the page has to scroll for it, the focus goes along;
 * what is in sight already is left alone. The heading needs a `tabIndex`.
 */
export function useRevealed(calls: number): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  const answered = useRef(calls);
  useEffect(() => {
    if (answered.current === calls) return;
    answered.current = calls;
    if (heading.current) reveal(heading.current);
  }, [calls]);
  return heading;
}

function reveal(heading: HTMLElement): void {
  const section = heading.closest('section') ?? heading;
  if (inSight(section)) return;
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  come(section, still ? 'instant' : 'smooth');
  heading.focus({ preventScroll: true });
  if (!still) arrive(section);
}

/** Below the bar at the top, and whole or at least begun in the upper half of the window. */
function inSight(section: Element): boolean {
  const { top, bottom } = section.getBoundingClientRect();
  return top >= covered() && (bottom <= window.innerHeight || top < window.innerHeight / 2);
}

const covered = (): number => document.querySelector('header')?.getBoundingClientRect().bottom ?? 0;

function come(section: Element, behavior: ScrollBehavior): void {
  const { top, bottom } = section.getBoundingClientRect();
  // The nearest edge of a section that is taller than the window may be its end, or be nowhere to scroll to.
  section.scrollIntoView({ block: bottom - top > window.innerHeight - covered() ? 'start' : 'nearest', behavior });
}

/** Milliseconds after which a browser has scrolled smoothly as far as it will. */
const ON_THE_WAY = 1000;

/** A smooth way ends early where the page grows meanwhile: what is not in sight then is shown at once, unless the person went elsewhere. */
function arrive(section: Element): void {
  const elsewhere = new AbortController();
  const timer = setTimeout(() => {
    elsewhere.abort();
    if (section.isConnected && !inSight(section)) come(section, 'instant');
  }, ON_THE_WAY);
  elsewhere.signal.addEventListener('abort', () => clearTimeout(timer));
  // Heard on the way down, which the key or click that led here has behind it.
  const listening = { signal: elsewhere.signal, capture: true, passive: true };
  for (const act of ['wheel', 'pointerdown', 'touchstart', 'keydown'])
    window.addEventListener(act, () => elsewhere.abort(), listening);
}
