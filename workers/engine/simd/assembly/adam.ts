/**
 * One step of Adam over `length` numbers: moments in place, the parameter into `result`. 1 − β comes as it is in double precision: taken
 * here it would have lost two digits.
 */
export function adam(
  theta: usize, result: usize, first: usize, second: usize, gradient: usize, length: i32,
  beta1: f32, beta2: f32, oneMinusBeta1: f32, oneMinusBeta2: f32, epsilon: f32, weightDecay: f32, stepSize: f32, scale: f32,
  shrink: f32,
): void {
  const bytes = <usize>length << 2;
  const b1 = f32x4.splat(beta1);
  const rest1 = f32x4.splat(oneMinusBeta1);
  const b2 = f32x4.splat(beta2);
  const rest2 = f32x4.splat(oneMinusBeta2);
  const decay = f32x4.splat(weightDecay);
  const size = f32x4.splat(stepSize);
  const scale4 = f32x4.splat(scale);
  const shrink4 = f32x4.splat(shrink);
  const least = f32x4.splat(epsilon);
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) {
    const x = v128.load(theta + at);
    const g = f32x4.add(v128.load(gradient + at), f32x4.mul(decay, x));
    const m = f32x4.add(f32x4.mul(b1, v128.load(first + at)), f32x4.mul(rest1, g));
    const v = f32x4.add(f32x4.mul(b2, v128.load(second + at)), f32x4.mul(rest2, f32x4.mul(g, g)));
    v128.store(first + at, m);
    v128.store(second + at, v);
    v128.store(result + at, f32x4.sub(x, f32x4.add(f32x4.mul(shrink4, x), f32x4.div(f32x4.mul(size, m), f32x4.add(f32x4.mul(f32x4.sqrt(v), scale4), least)))));
  }
  for (; at < bytes; at += 4) {
    const x = load<f32>(theta + at);
    const g = load<f32>(gradient + at) + weightDecay * x;
    const m = beta1 * load<f32>(first + at) + oneMinusBeta1 * g;
    const v = beta2 * load<f32>(second + at) + oneMinusBeta2 * (g * g);
    store<f32>(first + at, m);
    store<f32>(second + at, v);
    store<f32>(result + at, x - (shrink * x + (stepSize * m) / (sqrt<f32>(v) * scale + epsilon)));
  }
}
