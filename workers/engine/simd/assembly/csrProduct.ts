import { madd } from './lanes';

/** CSR product `[rows, width]`: sums in storage order, `scale · (addend + …)`. `values` may be 0: all ones; so may `addend`: nothing is added. */
export function csrProduct(pointers: usize, columns: usize, values: usize, x: usize, addend: usize, result: usize, rows: i32, width: i32, scale: f32): void {
  const rowBytes = <usize>width << 2;
  const factor = f32x4.splat(scale);
  for (let row: i32 = 0; row < rows; row++) {
    const first = load<i32>(pointers + (<usize>row << 2));
    const last = load<i32>(pointers + (<usize>row << 2), 4);
    const target = result + <usize>row * rowBytes;
    let c: i32 = 0;
    for (; c + 32 <= width; c += 32) {
      const source = x + (<usize>c << 2);
      const added = addend + <usize>row * rowBytes + (<usize>c << 2);
      let s0 = addend ? v128.load(added) : f32x4.splat(0);
      let s1 = addend ? v128.load(added, 16) : f32x4.splat(0);
      let s2 = addend ? v128.load(added, 32) : f32x4.splat(0);
      let s3 = addend ? v128.load(added, 48) : f32x4.splat(0);
      let s4 = addend ? v128.load(added, 64) : f32x4.splat(0);
      let s5 = addend ? v128.load(added, 80) : f32x4.splat(0);
      let s6 = addend ? v128.load(added, 96) : f32x4.splat(0);
      let s7 = addend ? v128.load(added, 112) : f32x4.splat(0);
      for (let k = first; k < last; k++) {
        const at = source + <usize>load<i32>(columns + (<usize>k << 2)) * rowBytes;
        const value = f32x4.splat(values ? load<f32>(values + (<usize>k << 2)) : 1);
        s0 = madd(value, v128.load(at), s0);
        s1 = madd(value, v128.load(at, 16), s1);
        s2 = madd(value, v128.load(at, 32), s2);
        s3 = madd(value, v128.load(at, 48), s3);
        s4 = madd(value, v128.load(at, 64), s4);
        s5 = madd(value, v128.load(at, 80), s5);
        s6 = madd(value, v128.load(at, 96), s6);
        s7 = madd(value, v128.load(at, 112), s7);
      }
      const to = target + (<usize>c << 2);
      v128.store(to, f32x4.mul(factor, s0));
      v128.store(to, f32x4.mul(factor, s1), 16);
      v128.store(to, f32x4.mul(factor, s2), 32);
      v128.store(to, f32x4.mul(factor, s3), 48);
      v128.store(to, f32x4.mul(factor, s4), 64);
      v128.store(to, f32x4.mul(factor, s5), 80);
      v128.store(to, f32x4.mul(factor, s6), 96);
      v128.store(to, f32x4.mul(factor, s7), 112);
    }
    for (; c + 4 <= width; c += 4) {
      const source = x + (<usize>c << 2);
      let sum = addend ? v128.load(addend + <usize>row * rowBytes + (<usize>c << 2)) : f32x4.splat(0);
      for (let k = first; k < last; k++) {
        const at = source + <usize>load<i32>(columns + (<usize>k << 2)) * rowBytes;
        sum = madd(f32x4.splat(values ? load<f32>(values + (<usize>k << 2)) : 1), v128.load(at), sum);
      }
      v128.store(target + (<usize>c << 2), f32x4.mul(factor, sum));
    }
    for (; c < width; c++) {
      let sum: f32 = addend ? load<f32>(addend + <usize>row * rowBytes + (<usize>c << 2)) : 0;
      for (let k = first; k < last; k++) {
        const at = x + <usize>load<i32>(columns + (<usize>k << 2)) * rowBytes + (<usize>c << 2);
        sum += (values ? load<f32>(values + (<usize>k << 2)) : 1) * load<f32>(at);
      }
      store<f32>(target + (<usize>c << 2), scale * sum);
    }
  }
}
