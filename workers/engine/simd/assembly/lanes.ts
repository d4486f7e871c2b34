/** `x · y + sum` of each lane: rounded once where the engine has the instruction for it (relaxed SIMD), else twice. */
@inline
export function madd(x: v128, y: v128, sum: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(x, y, sum);
  return f32x4.add(sum, f32x4.mul(x, y));
}

/** Sum of the four lanes. */
@inline
export function sumOf(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** `⟨p, q⟩` */
export function innerProduct(p: usize, q: usize, width: i32): f32 {
  const bytes = <usize>width << 2;
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    a = madd(v128.load(p + at), v128.load(q + at), a);
    b = madd(v128.load(p + at, 16), v128.load(q + at, 16), b);
  }
  for (; at + 16 <= bytes; at += 16) a = madd(v128.load(p + at), v128.load(q + at), a);
  let rest: f32 = 0;
  for (; at < bytes; at += 4) rest += load<f32>(p + at) * load<f32>(q + at);
  return sumOf(f32x4.add(a, b)) + rest;
}
