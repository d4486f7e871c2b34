import { sumOf } from './lanes';

/** Sum of `count` consecutive numbers: sixteen partial sums, then their sum. */
function rowSum(x: usize, count: i32): f32 {
  let a = f32x4.splat(0);
  let b = a;
  let c = a;
  let d = a;
  let at: i32 = 0;
  for (; at + 16 <= count; at += 16) {
    a = f32x4.add(a, v128.load(x));
    b = f32x4.add(b, v128.load(x, 16));
    c = f32x4.add(c, v128.load(x, 32));
    d = f32x4.add(d, v128.load(x, 48));
    x += 64;
  }
  a = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  let sum = sumOf(a);
  for (; at < count; at++) {
    sum += load<f32>(x);
    x += 4;
  }
  return sum;
}

/** `x [outer, depth, inner]` → `result [outer, inner]`: sums over the middle. */
export function sums(x: usize, result: usize, outer: i32, depth: i32, inner: i32): void {
  const row = <usize>inner << 2;
  for (let o: i32 = 0; o < outer; o++) {
    if (inner == 1) {
      store<f32>(result, rowSum(x, depth));
      x += <usize>depth << 2;
    } else {
      memory.copy(result, x, row);
      x += row;
      for (let d: i32 = 1; d < depth; d++) {
        let at: usize = 0;
        for (; at + 16 <= row; at += 16) v128.store(result + at, f32x4.add(v128.load(result + at), v128.load(x + at)));
        for (; at < row; at += 4) store<f32>(result + at, load<f32>(result + at) + load<f32>(x + at));
        x += row;
      }
    }
    result += row;
  }
}
