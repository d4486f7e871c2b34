/** Cells of a tile's side: what is read and what is written both stay in the cache. */
const TILE: i32 = 32;

/** `result[c, r] = x[r, c]`, four by four. */
export function transpose(x: usize, result: usize, rows: i32, columns: i32): void {
  const from = <usize>columns << 2;
  const to = <usize>rows << 2;
  for (let top: i32 = 0; top < rows; top += TILE) {
    const bottom = min(rows, top + TILE);
    for (let left: i32 = 0; left < columns; left += TILE) {
      const right = min(columns, left + TILE);
      let r = top;
      for (; r + 4 <= bottom; r += 4) {
        const source = x + <usize>r * from;
        const target = result + (<usize>r << 2);
        let c = left;
        for (; c + 4 <= right; c += 4) {
          const at = source + (<usize>c << 2);
          const a = v128.load(at);
          const b = v128.load(at + from);
          const d = v128.load(at + 2 * from);
          const e = v128.load(at + 3 * from);
          const ab = i32x4.shuffle(a, b, 0, 4, 1, 5);
          const abHigh = i32x4.shuffle(a, b, 2, 6, 3, 7);
          const de = i32x4.shuffle(d, e, 0, 4, 1, 5);
          const deHigh = i32x4.shuffle(d, e, 2, 6, 3, 7);
          const out = target + <usize>c * to;
          v128.store(out, i32x4.shuffle(ab, de, 0, 1, 4, 5));
          v128.store(out + to, i32x4.shuffle(ab, de, 2, 3, 6, 7));
          v128.store(out + 2 * to, i32x4.shuffle(abHigh, deHigh, 0, 1, 4, 5));
          v128.store(out + 3 * to, i32x4.shuffle(abHigh, deHigh, 2, 3, 6, 7));
        }
        for (; c < right; c++) {
          for (let k: i32 = 0; k < 4; k++) store<f32>(target + <usize>c * to + (<usize>k << 2), load<f32>(source + <usize>k * from + (<usize>c << 2)));
        }
      }
      for (; r < bottom; r++) {
        for (let c = left; c < right; c++) store<f32>(result + <usize>c * to + (<usize>r << 2), load<f32>(x + <usize>r * from + (<usize>c << 2)));
      }
    }
  }
}
