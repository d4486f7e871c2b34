/** `result = x > limit` (or `x ≥ limit`), `length` numbers to as many bytes of 0 and 1. */
export function compare(x: usize, result: usize, length: i32, limit: f32, orEqual: bool): void {
  for (let at: i32 = 0; at < length; at++) {
    const value = load<f32>(x + (<usize>at << 2));
    store<u8>(result + at, <u8>(orEqual ? value >= limit : value > limit));
  }
}
