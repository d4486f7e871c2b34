import { madd } from './lanes';

/**
 * e^x of four numbers, right to the last digit or the one before. `x = n ln 2 + r`, a polynomial in r, and 2ⁿ in two
 * factors, so that the smallest numbers and infinity come out as they should. NaN stays NaN.
 */
@inline
export function exp4(x: v128): v128 {
  const bounded = f32x4.max(f32x4.min(x, f32x4.splat(89.0)), f32x4.splat(-105.0));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = madd(p, r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const low = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const high = i32x4.shl(i32x4.add(i32x4.sub(whole, half), i32x4.splat(127)), 23);
  return f32x4.mul(f32x4.mul(p, low), high);
}

/** `result = e^x`, `length` numbers. */
export function exponential(x: usize, result: usize, length: i32): void {
  const bytes = <usize>length << 2;
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(result + at, exp4(v128.load(x + at)));
  for (; at < bytes; at += 4) store<f32>(result + at, f32x4.extract_lane(exp4(f32x4.splat(load<f32>(x + at))), 0));
}

/** Below it a polynomial has more digits than the exponential leaves. */
const SMALL: f32 = 0.625;

/** tanh x of four numbers; NaN stays NaN. */
@inline
function tanh4(x: v128): v128 {
  const size = f32x4.abs(x);
  const z = f32x4.mul(x, x);
  let p = f32x4.splat(-5.70498872745e-3);
  p = madd(p, z, f32x4.splat(2.06390887954e-2));
  p = madd(p, z, f32x4.splat(-5.37397155531e-2));
  p = madd(p, z, f32x4.splat(1.33314422036e-1));
  p = madd(p, z, f32x4.splat(-3.33332819422e-1));
  const near = madd(f32x4.mul(p, z), size, size);
  const one = f32x4.splat(1);
  const far = f32x4.sub(one, f32x4.div(f32x4.splat(2), f32x4.add(exp4(f32x4.add(size, size)), one)));
  return v128.or(v128.bitselect(far, near, f32x4.ge(size, f32x4.splat(SMALL))), v128.and(x, i32x4.splat(0x80000000)));
}

/** `result = tanh x`, `length` numbers. */
export function hyperbolicTangent(x: usize, result: usize, length: i32): void {
  const bytes = <usize>length << 2;
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(result + at, tanh4(v128.load(x + at)));
  for (; at < bytes; at += 4) store<f32>(result + at, f32x4.extract_lane(tanh4(f32x4.splat(load<f32>(x + at))), 0));
}
