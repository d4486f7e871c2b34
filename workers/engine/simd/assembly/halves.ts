/** The exponents of half and single precision begin 112 apart. */
const SCALE: u32 = 0x77800000;

/**
 * Numbers of half precision, two in a word and `words` words in a row: the rows that `indices` names, `[count, columns]` of single
 * precision; exact. Answers the place of the first index that is no row, or −1.
 */
export function halves(x: usize, indices: usize, result: usize, rows: i32, count: i32, words: i32, columns: i32): i32 {
  const scale = f32x4.splat(reinterpret<f32>(SCALE));
  const magnitude = i32x4.splat(0x7fff);
  const sign = i32x4.splat(0x8000);
  for (let place: i32 = 0; place < count; place++) {
    const row = load<i32>(indices + (<usize>place << 2));
    if (row < 0 || row >= rows) return place;
    let from = x + ((<usize>row * <usize>words) << 2);
    let to = result + ((<usize>place * <usize>columns) << 2);
    let column: i32 = 0;
    for (; column + 4 <= columns; column += 4, from += 8, to += 16) {
      const bits = v128.load_ext<u16>(from);
      const value = f32x4.mul(i32x4.shl(v128.and(bits, magnitude), 13), scale);
      v128.store(to, v128.or(value, i32x4.shl(v128.and(bits, sign), 16)));
    }
    for (; column < columns; column++, from += 2, to += 4) {
      const bits = <u32>load<u16>(from);
      const value = reinterpret<f32>((bits & 0x7fff) << 13) * reinterpret<f32>(SCALE);
      store<u32>(to, reinterpret<u32>(value) | ((bits & 0x8000) << 16));
    }
  }
  return -1;
}
