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
  const { top, bottom } = section.getBoundingClientRect();
  const covered = document.querySelector('header')?.getBoundingClientRect().bottom ?? 0;
  if (top >= covered && (bottom <= window.innerHeight || top < window.innerHeight / 2)) return;
  const still = window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  // The nearest edge of a section that is taller than the window may be its end, or be nowhere to scroll to.
  const block = bottom - top > window.innerHeight - covered ? 'start' : 'nearest';
  section.scrollIntoView({ block, behavior: still ? 'instant' : 'smooth' });
  heading.focus({ preventScroll: true });
}
