import { exp4 } from './exponential';
import { sumOf } from './lanes';

/** e^(s x − shift) of four numbers, of which the one at `x` is the first. */
@inline
function power4(x: v128, scale: f32, shift: f32): v128 {
  return exp4(f32x4.sub(f32x4.mul(x, f32x4.splat(scale)), f32x4.splat(shift)));
}

/** The same of one number. */
@inline
function power1(x: f32, scale: f32, shift: f32): f32 {
  return f32x4.extract_lane(power4(f32x4.splat(x), scale, shift), 0);
}

/** `x [rows, columns]` → each row's `Σ e^(s x − shift)`: sixteen partial sums, then their sum. */
export function expSums(x: usize, result: usize, rows: i32, columns: i32, scale: f32, shift: f32): void {
  for (let row: i32 = 0; row < rows; row++) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let at: i32 = 0;
    for (; at + 16 <= columns; at += 16) {
      a = f32x4.add(a, power4(v128.load(x), scale, shift));
      b = f32x4.add(b, power4(v128.load(x, 16), scale, shift));
      c = f32x4.add(c, power4(v128.load(x, 32), scale, shift));
      d = f32x4.add(d, power4(v128.load(x, 48), scale, shift));
      x += 64;
    }
    let sum = sumOf(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)));
    for (; at < columns; at++) {
      sum += power1(load<f32>(x), scale, shift);
      x += 4;
    }
    store<f32>(result + (<usize>row << 2), sum);
  }
}

/** `base + e^x / sums` of each row, `[rows, columns]`; `base` 0 for none. */
export function plusShares(x: usize, sums: usize, base: usize, result: usize, rows: i32, columns: i32): void {
  const width = <usize>columns << 2;
  for (let row: i32 = 0; row < rows; row++) {
    const sum = load<f32>(sums + (<usize>row << 2));
    const start = <usize>row * width;
    let at: usize = 0;
    for (; at + 16 <= width; at += 16) {
      const share = f32x4.div(exp4(v128.load(x + start + at)), f32x4.splat(sum));
      v128.store(result + start + at, base == 0 ? share : f32x4.add(v128.load(base + start + at), share));
    }
    for (; at < width; at += 4) {
      const share = f32x4.extract_lane(exp4(f32x4.splat(load<f32>(x + start + at))), 0) / sum;
      store<f32>(result + start + at, base == 0 ? share : load<f32>(base + start + at) + share);
    }
  }
}

/** Adds `factor · e^(s x − shift)` at the first `count` columns that a row's labels name. */
@inline
function addAt(labels: usize, count: i32, x: usize, result: usize, factor: f32, scale: f32, shift: f32): void {
  for (let k: i32 = 0; k < count; k++) {
    const place = <usize>(<i32>load<f32>(labels + (<usize>k << 2))) << 2;
    store<f32>(result + place, load<f32>(result + place) + factor * power1(load<f32>(x + place), scale, shift));
  }
}

/** As `labelledSlopePair`: a row's weight times `e^(s x − shift)` times the slope of all, and those of its labels added. */
export function labelledSlope(
  x: usize, slopes: usize, weights: usize, near: usize, own: usize, result: usize,
  rows: i32, columns: i32, nearWidth: i32, ownWidth: i32, count: i32, scale: f32, shift: f32,
): void {
  const width = <usize>columns << 2;
  for (let row: i32 = 0; row < rows; row++) {
    const weight = load<f32>(weights + (<usize>row << 2));
    const three = slopes + (<usize>row * 3 << 2);
    const factor = weight * load<f32>(three);
    let at: usize = 0;
    for (; at + 16 <= width; at += 16)
      v128.store(result + at, f32x4.mul(f32x4.splat(factor), power4(v128.load(x + at), scale, shift)));
    for (; at < width; at += 4) store<f32>(result + at, factor * power1(load<f32>(x + at), scale, shift));
    addAt(near + (<usize>(row * nearWidth) << 2), count, x, result, weight * load<f32>(three, 4), scale, shift);
    addAt(own + (<usize>(row * ownWidth) << 2), count, x, result, weight * load<f32>(three, 8), scale, shift);
    x += width;
    result += width;
  }
}
