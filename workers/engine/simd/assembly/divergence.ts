import { exp4 } from './exponential';
import { sumOf } from './lanes';

/** σ of four numbers; of what e^−x overflows for it is 0. */
@inline
function sigmoid4(x: v128): v128 {
  return f32x4.div(f32x4.splat(1), f32x4.add(f32x4.splat(1), exp4(f32x4.neg(x))));
}

/** Logits `a`, `b [rows, columns]` → each row's `w Σ v (σ(a) − σ(b)) (a − b)`; `rowWeights` w, `columnWeights` v. */
export function divergences(a: usize, b: usize, rowWeights: usize, columnWeights: usize, result: usize, rows: i32, columns: i32): void {
  const width = <usize>columns << 2;
  for (let row: i32 = 0; row < rows; row++) {
    let sums = f32x4.splat(0);
    let at: usize = 0;
    for (; at + 16 <= width; at += 16) {
      const p = v128.load(a + at);
      const q = v128.load(b + at);
      const apart = f32x4.mul(f32x4.sub(sigmoid4(p), sigmoid4(q)), f32x4.sub(p, q));
      sums = f32x4.add(sums, f32x4.mul(v128.load(columnWeights + at), apart));
    }
    let sum = sumOf(sums);
    for (; at < width; at += 4) {
      const p = load<f32>(a + at);
      const q = load<f32>(b + at);
      const likely = f32x4.sub(sigmoid4(f32x4.splat(p)), sigmoid4(f32x4.splat(q)));
      sum += load<f32>(columnWeights + at) * f32x4.extract_lane(likely, 0) * (p - q);
    }
    store<f32>(result + (<usize>row << 2), load<f32>(rowWeights + (<usize>row << 2)) * sum);
    a += width;
    b += width;
  }
}

/** The slope of one cell with respect to `p`: `σ'(p) (p − q) + σ(p) − σ(q)`. */
@inline
function slope4(p: v128, q: v128): v128 {
  const likely = sigmoid4(p);
  const turned = f32x4.mul(f32x4.mul(likely, f32x4.sub(f32x4.splat(1), likely)), f32x4.sub(p, q));
  return f32x4.sub(f32x4.add(turned, likely), sigmoid4(q));
}

/** The slope of the sum of these with respect to `a`, `[rows, columns]`. */
export function divergenceSlope(a: usize, b: usize, rowWeights: usize, columnWeights: usize, result: usize, rows: i32, columns: i32): void {
  const width = <usize>columns << 2;
  for (let row: i32 = 0; row < rows; row++) {
    const weight = load<f32>(rowWeights + (<usize>row << 2));
    let at: usize = 0;
    for (; at + 16 <= width; at += 16) {
      const factor = f32x4.mul(f32x4.splat(weight), v128.load(columnWeights + at));
      v128.store(result + at, f32x4.mul(factor, slope4(v128.load(a + at), v128.load(b + at))));
    }
    for (; at < width; at += 4) {
      const slope = slope4(f32x4.splat(load<f32>(a + at)), f32x4.splat(load<f32>(b + at)));
      store<f32>(result + at, weight * load<f32>(columnWeights + at) * f32x4.extract_lane(slope, 0));
    }
    a += width;
    b += width;
    result += width;
  }
}
