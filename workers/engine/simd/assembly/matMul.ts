/** Depth of a block of a product: what is packed of B stays in the second cache. */
const DEPTH: i32 = 256;
const PANEL: i32 = 8;
const STRIP: i32 = 6;

/** Numbers of scratch that a product with `n` columns needs: a block of B in panels, a strip of A, and a panel's row. */
export function packedNumbers(n: i32): i32 {
  return DEPTH * (((n + PANEL - 1) / PANEL) * PANEL + STRIP) + PANEL;
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

/** Six rows of op(A), column after column: rows of a power of two apart would share their places in the cache. */
function packStrip(a: usize, strip: usize, steps: i32, down: usize, along: usize): void {
  let to = strip;
  let from = a;
  for (let step: i32 = 0; step < steps; step++) {
    for (let r: i32 = 0; r < STRIP; r++) store<f32>(to + (<usize>r << 2), load<f32>(from + <usize>r * down));
    from += along;
    to += STRIP << 2;
  }
}

/** Adds to, or writes, one row of a panel: `width` of its eight numbers. */
@inline
function put(target: usize, width: i32, add: bool, scratch: usize, low: v128, high: v128): void {
  if (width == PANEL) {
    v128.store(target, add ? f32x4.add(v128.load(target), low) : low);
    v128.store(target, add ? f32x4.add(v128.load(target, 16), high) : high, 16);
    return;
  }
  v128.store(scratch, low);
  v128.store(scratch, high, 16);
  for (let j: i32 = 0; j < width; j++) {
    const at = <usize>j << 2;
    store<f32>(target + at, add ? load<f32>(target + at) + load<f32>(scratch + at) : load<f32>(scratch + at));
  }
}

/**
 * `result [m, n] = op(A) [m, k] · op(B) [k, n]`; `turned`: the operand is stored the other way round. `packed` is the scratch. Strips of six rows by eight columns stay in registers.
 */
export function matMul(a: usize, b: usize, packed: usize, result: usize, m: i32, k: i32, n: i32, turnedA: bool, turnedB: bool): void {
  const down = turnedA ? 4 : <usize>k << 2;
  const along = turnedA ? <usize>m << 2 : 4;
  const row = <usize>n << 2;
  const strip = packed + (<usize>(DEPTH * ((n + PANEL - 1) / PANEL)) << 5);
  const scratch = strip + (<usize>(DEPTH * STRIP) << 2);
  for (let first: i32 = 0; first < k; first += DEPTH) {
    const last = min(k, first + DEPTH);
    const add = first > 0;
    const steps = last - first;
    pack(b, packed, first, last, k, n, turnedB);
    let i: i32 = 0;
    for (; i + STRIP <= m; i += STRIP) {
      packStrip(a + <usize>i * down + <usize>first * along, strip, steps, down, along);
      let p = packed;
      for (let j: i32 = 0; j < n; j += PANEL) {
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
        let l5 = l0;
        let h5 = l0;
        let q = strip;
        for (let step: i32 = 0; step < steps; step++) {
          const low = v128.load(p);
          const high = v128.load(p, 16);
          let x = v128.load_splat<f32>(q);
          l0 = f32x4.add(l0, f32x4.mul(x, low));
          h0 = f32x4.add(h0, f32x4.mul(x, high));
          x = v128.load_splat<f32>(q, 4);
          l1 = f32x4.add(l1, f32x4.mul(x, low));
          h1 = f32x4.add(h1, f32x4.mul(x, high));
          x = v128.load_splat<f32>(q, 8);
          l2 = f32x4.add(l2, f32x4.mul(x, low));
          h2 = f32x4.add(h2, f32x4.mul(x, high));
          x = v128.load_splat<f32>(q, 12);
          l3 = f32x4.add(l3, f32x4.mul(x, low));
          h3 = f32x4.add(h3, f32x4.mul(x, high));
          x = v128.load_splat<f32>(q, 16);
          l4 = f32x4.add(l4, f32x4.mul(x, low));
          h4 = f32x4.add(h4, f32x4.mul(x, high));
          x = v128.load_splat<f32>(q, 20);
          l5 = f32x4.add(l5, f32x4.mul(x, low));
          h5 = f32x4.add(h5, f32x4.mul(x, high));
          p += PANEL << 2;
          q += STRIP << 2;
        }
        const width = min(PANEL, n - j);
        const target = result + <usize>i * row + (<usize>j << 2);
        put(target, width, add, scratch, l0, h0);
        put(target + row, width, add, scratch, l1, h1);
        put(target + 2 * row, width, add, scratch, l2, h2);
        put(target + 3 * row, width, add, scratch, l3, h3);
        put(target + 4 * row, width, add, scratch, l4, h4);
        put(target + 5 * row, width, add, scratch, l5, h5);
      }
    }
    for (; i < m; i++) {
      let p = packed;
      for (let j: i32 = 0; j < n; j += PANEL) {
        let l = f32x4.splat(0);
        let h = l;
        let at = a + <usize>i * down + <usize>first * along;
        for (let step: i32 = 0; step < steps; step++) {
          const x = v128.load_splat<f32>(at);
          l = f32x4.add(l, f32x4.mul(x, v128.load(p)));
          h = f32x4.add(h, f32x4.mul(x, v128.load(p, 16)));
          p += PANEL << 2;
          at += along;
        }
        put(result + <usize>i * row + (<usize>j << 2), min(PANEL, n - j), add, scratch, l, h);
      }
    }
  }
}
