import { exp4 } from './exponential';
import { sumOf } from './lanes';

/** Inside the logarithm. */
const LEAST: f32 = 1e-8;

/** Puts a row's weights into `found [items]`, or takes them out again. */
@inline
function mark(found: usize, places: usize, weights: usize, most: i32, out: bool): void {
  for (let k: i32 = 0; k < most; k++) {
    const place = load<i32>(places + (<usize>k << 2));
    if (place >= 0) store<f32>(found + (<usize>place << 2), out ? 0 : load<f32>(weights + (<usize>k << 2)));
  }
}

/** The weights of four items that follow each other in `items`. */
@inline
function weights4(found: usize, items: usize): v128 {
  let four = f32x4.splat(load<f32>(found + (<usize>load<i32>(items) << 2)));
  four = f32x4.replace_lane(four, 1, load<f32>(found + (<usize>load<i32>(items, 4) << 2)));
  four = f32x4.replace_lane(four, 2, load<f32>(found + (<usize>load<i32>(items, 8) << 2)));
  return f32x4.replace_lane(four, 3, load<f32>(found + (<usize>load<i32>(items, 12) << 2)));
}

/** e^(scale x) of four numbers of which those count that the mask says; others are 0. */
@inline
function counted4(x: usize, mask: usize, scale: f32): v128 {
  const counts = f32x4.gt(v128.load(mask), f32x4.splat(0));
  return v128.and(counts, exp4(f32x4.mul(v128.load(x), f32x4.splat(scale))));
}

@inline
function counted1(x: f32, mask: f32, scale: f32): f32 {
  return mask > 0 ? f32x4.extract_lane(exp4(f32x4.splat(x * scale)), 0) : 0;
}

/** ln x of a positive number, right to a digit or two: `x = 2ⁿ m` with m between √½ and √2. */
function logarithm(x: f32): f32 {
  const bits = reinterpret<i32>(x);
  let n = (bits >> 23) - 126;
  let m = reinterpret<f32>((bits & 0x007fffff) | 0x3f000000);
  if (m < <f32>0.70710678) {
    m += m;
    n -= 1;
  }
  // ln m = 2 artanh z
  const z = (m - 1) / (m + 1);
  const w = z * z;
  const series = (((<f32>(2.0 / 9.0) * w + <f32>(2.0 / 7.0)) * w + <f32>0.4) * w + <f32>(2.0 / 3.0)) * w + 2;
  return <f32>n * <f32>0.69314718 + z * series;
}

/** As `neighbourSharesPair`, rows `first` to `last` of `count`: near and all, and −ln of their ratio. `found` is scratch of as many numbers as there are items. */
export function neighbourShares(
  x: usize, items: usize, mask: usize, places: usize, weights: usize, found: usize, result: usize,
  count: i32, known: i32, most: i32, scale: f32, first: i32, last: i32,
): void {
  const height = <usize>count << 2;
  memory.fill(found, 0, <usize>known << 2);
  for (let row: i32 = first; row < last; row++) {
    const own = <usize>row << 2;
    const line = x + <usize>row * height;
    const from = <usize>(load<i32>(items + own) * most) << 2;
    mark(found, places + from, weights + from, most, false);
    let near4 = f32x4.splat(0);
    let all4 = f32x4.splat(0);
    let at: usize = 0;
    for (; at + 16 <= height; at += 16) {
      const values = counted4(line + at, mask + at, scale);
      all4 = f32x4.add(all4, values);
      near4 = f32x4.add(near4, f32x4.mul(values, weights4(found, items + at)));
    }
    let near = sumOf(near4);
    let all = sumOf(all4);
    for (; at < height; at += 4) {
      const value = counted1(load<f32>(line + at), load<f32>(mask + at), scale);
      all += value;
      near += value * load<f32>(found + (<usize>load<i32>(items + at) << 2));
    }
    // The row's own product counts as 0, whose exponential is 1.
    const own1 = load<f32>(mask + own);
    if (own1 > 0) {
      const change: f32 = <f32>1 - counted1(load<f32>(line + own), own1, scale);
      all += change;
      near += change * load<f32>(found + (<usize>load<i32>(items + own) << 2));
    }
    mark(found, places + from, weights + from, most, true);
    store<f32>(result + own, near);
    store<f32>(result + height + own, all);
    store<f32>(result + 2 * height + own, -logarithm(near / all + LEAST));
  }
}

/** As `neighbourSharesSlopePair`, rows `first` to `last`. */
export function neighbourSharesSlope(
  x: usize, items: usize, mask: usize, places: usize, weights: usize, sums: usize, dy: usize, found: usize, result: usize,
  count: i32, known: i32, most: i32, scale: f32, first: i32, last: i32,
): void {
  const height = <usize>count << 2;
  memory.fill(found, 0, <usize>known << 2);
  for (let row: i32 = first; row < last; row++) {
    const own = <usize>row << 2;
    const line = x + <usize>row * height;
    const to = result + <usize>row * height;
    const all = load<f32>(sums + height + own);
    const share = load<f32>(sums + own) / all;
    const factor = (-load<f32>(dy + own) * scale) / (share + LEAST) / all;
    const from = <usize>(load<i32>(items + own) * most) << 2;
    mark(found, places + from, weights + from, most, false);
    let at: usize = 0;
    for (; at + 16 <= height; at += 16) {
      const values = f32x4.mul(f32x4.splat(factor), counted4(line + at, mask + at, scale));
      v128.store(to + at, f32x4.mul(values, f32x4.sub(weights4(found, items + at), f32x4.splat(share))));
    }
    for (; at < height; at += 4) {
      const value = factor * counted1(load<f32>(line + at), load<f32>(mask + at), scale);
      store<f32>(to + at, value * (load<f32>(found + (<usize>load<i32>(items + at) << 2)) - share));
    }
    mark(found, places + from, weights + from, most, true);
    store<f32>(to + own, 0);
  }
}
