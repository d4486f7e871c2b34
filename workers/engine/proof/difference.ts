import { entry } from '../../../src/domain/at';

/** What single precision may lose in a kernel, as a share of its largest number. */
export const ROUNDING = 1e-5;
/** Numbers of this size are rounding themselves. */
const LEAST = 1e-9;

/** The largest difference as a share of the largest number expected; null where one is no number, or their counts differ. */
export function relative(got: ArrayLike<number>, expected: ArrayLike<number>): number | null {
  if (got.length !== expected.length) return null;
  let difference = 0;
  let size = 0;
  for (let place = 0; place < expected.length; place++) {
    const [ours, theirs] = [entry(got, place), entry(expected, place)];
    // The same infinity, or no number on either side, is the same.
    if (Object.is(ours, theirs)) continue;
    difference = Math.max(difference, Math.abs(ours - theirs));
    if (Number.isFinite(theirs)) size = Math.max(size, Math.abs(theirs));
  }
  if (!Number.isFinite(difference)) return null;
  return difference === 0 ? 0 : difference / Math.max(size, LEAST);
}
