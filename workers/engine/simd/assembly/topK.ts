const LOWEST: f32 = -3.4028234663852886e38;

/** Puts a column among the `found` best, which lie in falling order; `names` and `best` have room for `k`. Returns how many there are. */
function insert(names: usize, best: usize, found: i32, k: i32, column: i32, score: f32): i32 {
  let place = found < k ? found : k - 1;
  while (place > 0) {
    const before = <usize>(place - 1) << 2;
    const other = load<f32>(best + before);
    if (!(other < score)) break;
    store<f32>(best + before, other, 4);
    store<f32>(names + before, load<f32>(names + before), 4);
    place--;
  }
  store<f32>(best + (<usize>place << 2), score);
  store<f32>(names + (<usize>place << 2), <f32>column);
  return min(found + 1, k);
}

/**
 * The `k` greatest of each row of `scores [rows, columns]` without the columns that the mask lists for the row's id, ascending;
 * equal scores: the lower column first. `result [rows, 2k]`: columns (−1 where fewer remain), then scores.
 */
export function maskedTopK(scores: usize, ids: usize, pointers: usize, masked: usize, result: usize, rows: i32, columns: i32, k: i32): void {
  for (let row: i32 = 0; row < rows; row++) {
    const names = result + (<usize>(2 * k * row) << 2);
    const best = names + (<usize>k << 2);
    for (let rank: i32 = 0; rank < k; rank++) {
      store<f32>(names + (<usize>rank << 2), -1);
      store<f32>(best + (<usize>rank << 2), LOWEST);
    }
    const start = scores + (<usize>(row * columns) << 2);
    const mask = pointers + (<usize>load<i32>(ids + (<usize>row << 2)) << 2);
    const lastMasked = load<i32>(mask, 4);
    const weakest = best + (<usize>(k - 1) << 2);
    let found: i32 = 0;
    let column: i32 = 0;
    // From one masked column to the next, and from the last one to the end.
    for (let m = load<i32>(mask); m <= lastMasked; m++) {
      const end = m < lastMasked ? load<i32>(masked + (<usize>m << 2)) : columns;
      let threshold = f32x4.splat(load<f32>(weakest));
      for (; column + 4 <= end; column += 4) {
        const four = start + (<usize>column << 2);
        if (!v128.any_true(f32x4.gt(v128.load(four), threshold))) continue;
        for (let lane: i32 = 0; lane < 4; lane++) {
          const score = load<f32>(four + (<usize>lane << 2));
          if (score > load<f32>(weakest)) found = insert(names, best, found, k, column + lane, score);
        }
        threshold = f32x4.splat(load<f32>(weakest));
      }
      for (; column < end; column++) {
        const score = load<f32>(start + (<usize>column << 2));
        if (score > load<f32>(weakest)) found = insert(names, best, found, k, column, score);
      }
      column = end + 1;
    }
  }
}
