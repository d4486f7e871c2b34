/** Copies `width` numbers. */
@inline
function copy(from: usize, to: usize, width: i32): void {
  const bytes = <usize>width << 2;
  let at: usize = 0;
  for (; at + 64 <= bytes; at += 64) {
    v128.store(to + at, v128.load(from + at));
    v128.store(to + at, v128.load(from + at, 16), 16);
    v128.store(to + at, v128.load(from + at, 32), 32);
    v128.store(to + at, v128.load(from + at, 48), 48);
  }
  for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(from + at));
  for (; at < bytes; at += 4) store<i32>(to + at, load<i32>(from + at));
}

/** `result[k] = x[indices[k]]`, rows of `width` numbers; the place of the first index outside of `[0, rows)`, or −1. */
export function gatherRows(x: usize, indices: usize, result: usize, rows: i32, count: i32, width: i32): i32 {
  const rowBytes = <usize>width << 2;
  for (let k: i32 = 0; k < count; k++) {
    const row = load<i32>(indices + (<usize>k << 2));
    if (row < 0 || row >= rows) return k;
    copy(x + <usize>row * rowBytes, result + <usize>k * rowBytes, width);
  }
  return -1;
}

/** `rows` times `taken` numbers, which begin `fromWidth` numbers apart where they are and `toWidth` apart where they go. */
export function copyColumns(from: usize, to: usize, rows: i32, fromWidth: i32, toWidth: i32, taken: i32): void {
  for (let row: i32 = 0; row < rows; row++) {
    copy(from, to, taken);
    from += <usize>fromWidth << 2;
    to += <usize>toWidth << 2;
  }
}
