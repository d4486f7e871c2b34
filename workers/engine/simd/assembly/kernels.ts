// AssemblyScript. Works in place on the heap of the WASM backend: every argument named after a tensor is the address of its
// first number. Holds no memory of its own, so it may not use what needs tables or strings.

/** CSR product `[rows, width]`: sums in storage order. `values` may be 0: all ones. */
export function csrProduct(pointers: usize, columns: usize, values: usize, x: usize, result: usize, rows: i32, width: i32): void {
  const rowBytes = <usize>width << 2;
  for (let row: i32 = 0; row < rows; row++) {
    const first = load<i32>(pointers + (<usize>row << 2));
    const last = load<i32>(pointers + (<usize>row << 2), 4);
    const target = result + <usize>row * rowBytes;
    let c: i32 = 0;
    for (; c + 32 <= width; c += 32) {
      const source = x + (<usize>c << 2);
      let s0 = f32x4.splat(0);
      let s1 = f32x4.splat(0);
      let s2 = f32x4.splat(0);
      let s3 = f32x4.splat(0);
      let s4 = f32x4.splat(0);
      let s5 = f32x4.splat(0);
      let s6 = f32x4.splat(0);
      let s7 = f32x4.splat(0);
      for (let k = first; k < last; k++) {
        const at = source + <usize>load<i32>(columns + (<usize>k << 2)) * rowBytes;
        const value = f32x4.splat(values ? load<f32>(values + (<usize>k << 2)) : 1);
        s0 = f32x4.add(s0, f32x4.mul(value, v128.load(at)));
        s1 = f32x4.add(s1, f32x4.mul(value, v128.load(at, 16)));
        s2 = f32x4.add(s2, f32x4.mul(value, v128.load(at, 32)));
        s3 = f32x4.add(s3, f32x4.mul(value, v128.load(at, 48)));
        s4 = f32x4.add(s4, f32x4.mul(value, v128.load(at, 64)));
        s5 = f32x4.add(s5, f32x4.mul(value, v128.load(at, 80)));
        s6 = f32x4.add(s6, f32x4.mul(value, v128.load(at, 96)));
        s7 = f32x4.add(s7, f32x4.mul(value, v128.load(at, 112)));
      }
      const to = target + (<usize>c << 2);
      v128.store(to, s0);
      v128.store(to, s1, 16);
      v128.store(to, s2, 32);
      v128.store(to, s3, 48);
      v128.store(to, s4, 64);
      v128.store(to, s5, 80);
      v128.store(to, s6, 96);
      v128.store(to, s7, 112);
    }
    for (; c + 4 <= width; c += 4) {
      const source = x + (<usize>c << 2);
      let sum = f32x4.splat(0);
      for (let k = first; k < last; k++) {
        const at = source + <usize>load<i32>(columns + (<usize>k << 2)) * rowBytes;
        sum = f32x4.add(sum, f32x4.mul(f32x4.splat(values ? load<f32>(values + (<usize>k << 2)) : 1), v128.load(at)));
      }
      v128.store(target + (<usize>c << 2), sum);
    }
    for (; c < width; c++) {
      let sum: f32 = 0;
      for (let k = first; k < last; k++) {
        const at = x + <usize>load<i32>(columns + (<usize>k << 2)) * rowBytes + (<usize>c << 2);
        sum += (values ? load<f32>(values + (<usize>k << 2)) : 1) * load<f32>(at);
      }
      store<f32>(target + (<usize>c << 2), sum);
    }
  }
}

/**
 * e^x of four numbers, right to the last digit or the one before. `x = n ln 2 + r`, a polynomial in r, and 2ⁿ in two
 * factors, so that the smallest numbers and infinity come out as they should. NaN stays NaN.
 */
// @ts-ignore: a decorator of AssemblyScript
@inline
function exp4(x: v128): v128 {
  const bounded = f32x4.max(f32x4.min(x, f32x4.splat(89.0)), f32x4.splat(-105.0));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504088896341)));
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)));
  let p = f32x4.splat(1.9875691500e-4);
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.3981999507e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(8.3334519073e-3));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(4.1665795894e-2));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1.6666665459e-1));
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(5.0000001201e-1));
  p = f32x4.add(f32x4.add(f32x4.mul(f32x4.mul(p, r), r), r), f32x4.splat(1));
  const whole = i32x4.trunc_sat_f32x4_s(n);
  const half = i32x4.shr_s(whole, 1);
  const low = i32x4.shl(i32x4.add(half, i32x4.splat(127)), 23);
  const high = i32x4.shl(i32x4.add(i32x4.sub(whole, half), i32x4.splat(127)), 23);
  return f32x4.mul(f32x4.mul(p, low), high);
}

/** `result = e^x`, `length` numbers. */
export function exponential(x: usize, result: usize, length: i32): void {
  const bytes = <usize>length << 2;
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(result + at, exp4(v128.load(x + at)));
  for (; at < bytes; at += 4) store<f32>(result + at, f32x4.extract_lane(exp4(f32x4.splat(load<f32>(x + at))), 0));
}

// @ts-ignore: a decorator of AssemblyScript
@inline
function sumOf(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) + (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** `⟨p, q⟩` */
function innerProduct(p: usize, q: usize, width: i32): f32 {
  const bytes = <usize>width << 2;
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    a = f32x4.add(a, f32x4.mul(v128.load(p + at), v128.load(q + at)));
    b = f32x4.add(b, f32x4.mul(v128.load(p + at, 16), v128.load(q + at, 16)));
  }
  for (; at + 16 <= bytes; at += 16) a = f32x4.add(a, f32x4.mul(v128.load(p + at), v128.load(q + at)));
  let rest: f32 = 0;
  for (; at < bytes; at += 4) rest += load<f32>(p + at) * load<f32>(q + at);
  return sumOf(f32x4.add(a, b)) + rest;
}

/** `v · max(0, p + q)` */
function readReLU(p: usize, q: usize, v: usize, width: i32): f32 {
  const bytes = <usize>width << 2;
  const zero = f32x4.splat(0);
  let a = f32x4.splat(0);
  let b = f32x4.splat(0);
  let at: usize = 0;
  for (; at + 32 <= bytes; at += 32) {
    a = f32x4.add(a, f32x4.mul(v128.load(v + at), f32x4.max(zero, f32x4.add(v128.load(p + at), v128.load(q + at)))));
    b = f32x4.add(b, f32x4.mul(v128.load(v + at, 16), f32x4.max(zero, f32x4.add(v128.load(p + at, 16), v128.load(q + at, 16)))));
  }
  for (; at + 16 <= bytes; at += 16) a = f32x4.add(a, f32x4.mul(v128.load(v + at), f32x4.max(zero, f32x4.add(v128.load(p + at), v128.load(q + at)))));
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

/** Depth of a block of a product: what is packed of B stays in the second cache. */
const DEPTH: i32 = 256;
const PANEL: i32 = 8;
const STRIP: i32 = 6;

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
// @ts-ignore: a decorator of AssemblyScript
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
 * `result [m, n] = op(A) [m, k] · op(B) [k, n]`; `turned`: the operand is stored the other way round. `packed` has room for
 * DEPTH rows of n numbers, n rounded up to eight, for DEPTH by six, and for eight more. Strips of six rows by eight columns stay in registers.
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
