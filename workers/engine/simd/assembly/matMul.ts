import { innerProduct, madd } from './lanes';

/** Depth of a block of a product: what is packed of B stays in the second cache. */
const DEPTH: i32 = 256;
const PANEL: i32 = 8;
const STRIP: i32 = 5;

/** Numbers of scratch that a product over `k` with `n` columns needs: a block of B in panels, a strip of A, and a tile of the result. */
export function packedNumbers(k: i32, n: i32): i32 {
  return min(k, DEPTH) * (((n + PANEL - 1) / PANEL) * PANEL + STRIP) + PANEL * STRIP;
}

/** Rows `first` to `last` of op(B) `[k, n]` in panels of eight columns, row after row, filled up with zeros. */
function pack(b: usize, packed: usize, first: i32, last: i32, k: i32, n: i32, turned: bool): void {
  const across = turned ? <usize>k << 2 : 4;
  const down = turned ? 4 : <usize>n << 2;
  let to = packed;
  for (let c: i32 = 0; c < n; c += PANEL) {
    const width = min(PANEL, n - c);
    let from = b + <usize>c * across + <usize>first * down;
    for (let r = first; r < last; r++) {
      if (width == PANEL && !turned) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
      } else {
        for (let j: i32 = 0; j < PANEL; j++) store<f32>(to + (<usize>j << 2), j < width ? load<f32>(from + <usize>j * across) : 0);
      }
      from += down;
      to += PANEL << 2;
    }
  }
}

/** Five rows of op(A), column after column: rows of a power of two apart would share their places in the cache. */
function packStrip(a: usize, strip: usize, steps: i32, down: usize, along: usize): void {
  let to = strip;
  let from = a;
  let step: i32 = 0;
  if (down == 4) {
    // The five lie side by side.
    for (; step < steps; step++) {
      v128.store(to, v128.load(from));
      store<f32>(to, load<f32>(from, 16), 16);
      from += along;
      to += STRIP << 2;
    }
    return;
  }
  // Four columns at once, turned in registers.
  for (; step + 4 <= steps; step += 4) {
    const r0 = v128.load(from);
    const r1 = v128.load(from + down);
    const r2 = v128.load(from + 2 * down);
    const r3 = v128.load(from + 3 * down);
    const r4 = v128.load(from + 4 * down);
    const p0 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
    const p1 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
    const q0 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
    const q1 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
    v128.store(to, v128.shuffle<f32>(p0, p1, 0, 1, 4, 5));
    v128.store_lane<f32>(to, r4, 0, 16);
    v128.store(to, v128.shuffle<f32>(p0, p1, 2, 3, 6, 7), 20);
    v128.store_lane<f32>(to, r4, 1, 36);
    v128.store(to, v128.shuffle<f32>(q0, q1, 0, 1, 4, 5), 40);
    v128.store_lane<f32>(to, r4, 2, 56);
    v128.store(to, v128.shuffle<f32>(q0, q1, 2, 3, 6, 7), 60);
    v128.store_lane<f32>(to, r4, 3, 76);
    from += 16;
    to += (4 * STRIP) << 2;
  }
  for (; step < steps; step++) {
    for (let r: i32 = 0; r < STRIP; r++) store<f32>(to + (<usize>r << 2), load<f32>(from + <usize>r * down));
    from += 4;
    to += STRIP << 2;
  }
}

/**
 * Five rows by eight columns in ten of the sixteen registers; with twelve, or inside of a larger function, engines keep some in
 * memory, at half the speed. Exported, so that the compiler leaves it a function.
 */
export function block(p: usize, q: usize, steps: i32, tile: usize): void {
  let l0 = f32x4.splat(0);
  let h0 = l0;
  let l1 = l0;
  let h1 = l0;
  let l2 = l0;
  let h2 = l0;
  let l3 = l0;
  let h3 = l0;
  let l4 = l0;
  let h4 = l0;
  for (let step: i32 = 0; step < steps; step++) {
    const low = v128.load(p);
    const high = v128.load(p, 16);
    let x = v128.load_splat<f32>(q);
    l0 = madd(x, low, l0);
    h0 = madd(x, high, h0);
    x = v128.load_splat<f32>(q, 4);
    l1 = madd(x, low, l1);
    h1 = madd(x, high, h1);
    x = v128.load_splat<f32>(q, 8);
    l2 = madd(x, low, l2);
    h2 = madd(x, high, h2);
    x = v128.load_splat<f32>(q, 12);
    l3 = madd(x, low, l3);
    h3 = madd(x, high, h3);
    x = v128.load_splat<f32>(q, 16);
    l4 = madd(x, low, l4);
    h4 = madd(x, high, h4);
    p += PANEL << 2;
    q += STRIP << 2;
  }
  v128.store(tile, l0, 0);
  v128.store(tile, h0, 16);
  v128.store(tile, l1, 32);
  v128.store(tile, h1, 48);
  v128.store(tile, l2, 64);
  v128.store(tile, h2, 80);
  v128.store(tile, l3, 96);
  v128.store(tile, h3, 112);
  v128.store(tile, l4, 128);
  v128.store(tile, h4, 144);
}

/** Adds a tile's rows to, or writes them into, the result: `width` of their eight numbers. */
function spread(tile: usize, rows: i32, target: usize, row: usize, width: i32, add: bool): void {
  for (let r: i32 = 0; r < rows; r++) {
    if (width == PANEL) {
      const low = v128.load(tile);
      const high = v128.load(tile, 16);
      v128.store(target, add ? f32x4.add(v128.load(target), low) : low);
      v128.store(target, add ? f32x4.add(v128.load(target, 16), high) : high, 16);
    } else {
      for (let j: i32 = 0; j < width; j++) {
        const at = <usize>j << 2;
        store<f32>(target + at, add ? load<f32>(target + at) + load<f32>(tile + at) : load<f32>(tile + at));
      }
    }
    tile += PANEL << 2;
    target += row;
  }
}

/** One row by eight columns; `at` and `along`: its numbers of op(A) and the way between them. */
export function line(p: usize, at: usize, along: usize, steps: i32, tile: usize): void {
  let l = f32x4.splat(0);
  let h = l;
  for (let step: i32 = 0; step < steps; step++) {
    const x = v128.load_splat<f32>(at);
    l = madd(x, v128.load(p), l);
    h = madd(x, v128.load(p, 16), h);
    p += PANEL << 2;
    at += along;
  }
  v128.store(tile, l);
  v128.store(tile, h, 16);
}

/** `result [m] = op(A) [m, k] · b [k]`, rows `first` to `last`: nothing to pack, and A passes once. */
function matVec(a: usize, b: usize, result: usize, m: i32, k: i32, turnedA: bool, first: i32, last: i32): void {
  if (!turnedA) {
    for (let i = first; i < last; i++) store<f32>(result + (<usize>i << 2), innerProduct(a + <usize>i * (<usize>k << 2), b, k));
    return;
  }
  const row = <usize>m << 2;
  const bytes = <usize>(last - first) << 2;
  a += <usize>first << 2;
  result += <usize>first << 2;
  memory.fill(result, 0, bytes);
  for (let step: i32 = 0; step < k; step++) {
    const x = v128.load_splat<f32>(b + (<usize>step << 2));
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) v128.store(result + at, madd(x, v128.load(a + at), v128.load(result + at)));
    for (; at < bytes; at += 4) store<f32>(result + at, load<f32>(result + at) + f32x4.extract_lane(x, 0) * load<f32>(a + at));
    a += row;
  }
}

/**
 * `result [m, n] = op(A) [m, k] · op(B) [k, n]`, rows `begin` to `end`; `turned`: the operand is stored the other way round. `packed` is
 * the scratch.
 */
export function matMul(a: usize, b: usize, packed: usize, result: usize, m: i32, k: i32, n: i32, turnedA: bool, turnedB: bool, begin: i32, end: i32): void {
  if (n == 1) {
    matVec(a, b, result, m, k, turnedA, begin, end);
    return;
  }
  const down = turnedA ? 4 : <usize>k << 2;
  const along = turnedA ? <usize>m << 2 : 4;
  const row = <usize>n << 2;
  const depth = min(k, DEPTH);
  const strip = packed + (<usize>(depth * ((n + PANEL - 1) / PANEL)) << 5);
  const tile = strip + (<usize>(depth * STRIP) << 2);
  for (let first: i32 = 0; first < k; first += DEPTH) {
    const last = min(k, first + DEPTH);
    const steps = last - first;
    const panel = <usize>steps * (PANEL << 2);
    pack(b, packed, first, last, k, n, turnedB);
    let i = begin;
    for (; i + STRIP <= end; i += STRIP) {
      packStrip(a + <usize>i * down + <usize>first * along, strip, steps, down, along);
      let p = packed;
      for (let j: i32 = 0; j < n; j += PANEL) {
        block(p, strip, steps, tile);
        spread(tile, STRIP, result + <usize>i * row + (<usize>j << 2), row, min(PANEL, n - j), first > 0);
        p += panel;
      }
    }
    for (; i < end; i++) {
      let p = packed;
      for (let j: i32 = 0; j < n; j += PANEL) {
        line(p, a + <usize>i * down + <usize>first * along, along, steps, tile);
        spread(tile, 1, result + <usize>i * row + (<usize>j << 2), row, min(PANEL, n - j), first > 0);
        p += panel;
      }
    }
  }
}
