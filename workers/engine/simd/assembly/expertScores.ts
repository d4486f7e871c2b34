import { exp4 } from './exponential';
import { innerProduct, madd, sumOf } from './lanes';

/** `v · max(0, p + q)` */
function readReLU(p: usize, q: usize, v: usize, width: i32): f32 {
  const bytes = <usize>width << 2;
  const zero = f32x4.splat(0);
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    a = madd(v128.load(v + at), f32x4.max(zero, f32x4.add(v128.load(p + at), v128.load(q + at))), a);
    b = madd(v128.load(v + at, 16), f32x4.max(zero, f32x4.add(v128.load(p + at, 16), v128.load(q + at, 16))), b);
  }
  for (; at + 16 <= bytes; at += 16) a = madd(v128.load(v + at), f32x4.max(zero, f32x4.add(v128.load(p + at), v128.load(q + at))), a);
  let rest: f32 = 0;
  for (; at < bytes; at += 4) rest += load<f32>(v + at) * max<f32>(0, load<f32>(p + at) + load<f32>(q + at));
  return sumOf(f32x4.add(a, b)) + rest;
}

/** MAGNET's score of each of `rows` users with items `first` to `last` of `columns`; `scratch` holds experts + hidden numbers. */
export function expertScores(
  users: usize, items: usize, output: usize, hiddenWeights: usize, hiddenBias: usize, result: usize, scratch: usize,
  rows: i32, columns: i32, first: i32, last: i32, experts: i32, width: i32, top: i32, mlp: bool, hidden: i32,
): void {
  const split = <usize>(experts * width) << 2;
  const stride = split + (<usize>(hidden > 0 ? hidden : experts) << 2);
  const widthBytes = <usize>width << 2;
  const inner = scratch + (<usize>experts << 2);
  for (let row: i32 = 0; row < rows; row++) {
    const u = users + <usize>row * stride;
    for (let column = first; column < last; column++) {
      const i = items + <usize>column * stride;
      if (hidden == 0) {
        for (let e: i32 = 0; e < experts; e++) {
          const at = <usize>e << 2;
          store<f32>(scratch + at, load<f32>(u + split + at) + load<f32>(i + split + at));
        }
      } else {
        for (let h: i32 = 0; h < hidden; h++) {
          const at = <usize>h << 2;
          store<f32>(inner + at, max<f32>(0, load<f32>(u + split + at) + load<f32>(i + split + at)));
        }
        for (let e: i32 = 0; e < experts; e++) {
          let sum = load<f32>(hiddenBias + (<usize>e << 2));
          for (let h: i32 = 0; h < hidden; h++) sum += load<f32>(inner + (<usize>h << 2)) * load<f32>(hiddenWeights + (<usize>(h * experts + e) << 2));
          store<f32>(scratch + (<usize>e << 2), sum);
        }
      }
      let greatest: f32 = 0;
      let total: f32 = 0;
      let score: f32 = 0;
      for (let rank: i32 = 0; rank < top; rank++) {
        let best: i32 = 0;
        let logit = load<f32>(scratch);
        for (let e: i32 = 1; e < experts; e++) {
          const other = load<f32>(scratch + (<usize>e << 2));
          if (other > logit) {
            logit = other;
            best = e;
          }
        }
        store<f32>(scratch + (<usize>best << 2), -Infinity);
        if (rank == 0) greatest = logit;
        const share = f32x4.extract_lane(exp4(f32x4.splat(logit - greatest)), 0);
        total += share;
        const p = u + <usize>best * widthBytes;
        const q = i + <usize>best * widthBytes;
        score += share * (mlp ? readReLU(p, q, output, width) : innerProduct(p, q, width));
      }
      store<f32>(result + (<usize>(row * columns + column) << 2), score / total);
    }
  }
}
