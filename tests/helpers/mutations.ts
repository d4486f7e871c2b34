import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { join, type Bytes } from './dataBuilders';

/** Whole numbers below a limit, the same ones for a seed. */
export class Dice {
  readonly #generator;
  constructor(seed: number) {
    this.#generator = xoroshiro128plus(seed);
  }
  below(limit: number): number {
    return Math.floor(((this.#generator.next() >>> 0) / 2 ** 32) * limit);
  }
  of<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

/** Numbers that lengths and addresses are changed to. */
const EXTREMES = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, 2 ** 40, 2 ** 53];

/** What a pickle may do next: marks, tuples, calls, builds, gets, a name, a persistent id. */
const OPCODES = [
  [0x28], [0x29], [0x5d], [0x7d], [0x85], [0x86], [0x87], [0x74], [0x52], [0x62], [0x81], [0x92], [0x93], [0x51], [0x30], [0x31], [0x32], [0x65], [0x75], [0x73],
  [0x68, 0], [0x68, 3], [0x71, 0], [0x94], [0x95, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0], [0x42, 0xff, 0xff, 0xff, 0x7f], [0x8a, 0xff], [0x8b, 0xff, 0xff, 0xff, 0x7f],
  [0x72, 0xff, 0xff, 0xff, 0xff], [0x4a, 0xff, 0xff, 0xff, 0xff], [...Buffer.from('cos\nsystem\n')], [...Buffer.from('cbuiltins\neval\n')], [0x2e],
]; // prettier-ignore

/** One change of a file: bits, lengths, its end, a piece of another file, an opcode. */
export function mutated(bytes: Bytes, other: Bytes, dice: Dice): Bytes {
  const copy = bytes.slice();
  const at = dice.below(copy.length);
  switch (dice.below(7)) {
    case 0:
      for (let i = dice.below(6); i >= 0; i--) copy[dice.below(copy.length)]! ^= 1 << dice.below(8);
      return copy;
    case 1:
      return copy.slice(0, at);
    case 2: {
      const value = dice.of(EXTREMES);
      const length = dice.of([1, 2, 4, 8]);
      const big = dice.below(2) === 1;
      for (let i = 0; i < length && at + i < copy.length; i++)
        copy[at + (big ? length - 1 - i : i)] = Math.floor(value / 256 ** i) % 256;
      return copy;
    }
    case 3:
      return join(copy.subarray(0, at), copy.subarray(Math.min(copy.length, at + 1 + dice.below(16))));
    case 4: {
      const start = dice.below(other.length);
      return join(copy.subarray(0, at), other.subarray(start, start + 1 + dice.below(64)), copy.subarray(at));
    }
    case 5:
      return join(copy.subarray(0, at), Uint8Array.from(dice.of(OPCODES)), copy.subarray(at));
    default:
      copy[at] = dice.below(256);
      return copy;
  }
}

/** What a value of JSON is changed to: other kinds, bounds, what a prototype or a page would take up. */
const VALUES: readonly unknown[] = [
  null, true, -1, 0, 0.5, 1e308, -0, 2 ** 31, 2 ** 53, 1e-320, '', 'x'.repeat(3000), 'NaN', '__proto__', 'constructor', '<img src=x onerror=alert(1)>', '../../x', '\u0000', '\ud800',
  [], {}, [[]], [null], { length: 1e9 }, Array.from({ length: 3000 }, (_, i) => i),
]; // prettier-ignore

/** One to three changes of JSON: values, keys, entries more or fewer; now and then nesting without end, a prototype, or bytes. */
export function mutatedJson(json: string, dice: Dice): string {
  if (dice.below(40) === 0) return json.replace(/:/, `:${'['.repeat(50_000)}`);
  if (dice.below(40) === 0) return json.replace(/\{/, '{"__proto__":{"polluted":1},');
  if (dice.below(6) === 0) {
    const bytes = new TextEncoder().encode(json);
    return new TextDecoder().decode(mutated(bytes, bytes, dice));
  }
  const whole = { root: JSON.parse(json) as unknown };
  for (let changes = dice.below(3); changes >= 0; changes--) changeBelow(whole, dice);
  return JSON.stringify(whole.root) ?? '';
}

function changeBelow(root: { root: unknown }, dice: Dice): void {
  let node: Record<string, unknown> = root;
  for (;;) {
    const keys = Object.keys(node);
    if (keys.length === 0) return;
    const key = dice.of(keys);
    const next = node[key];
    if (typeof next === 'object' && next !== null && Object.keys(next).length > 0 && dice.below(6) > 0) {
      node = next as Record<string, unknown>;
      continue;
    }
    const kind = dice.below(8);
    if (kind === 0 && Array.isArray(node)) node.splice(Number(key), 1);
    else if (kind === 0) Reflect.deleteProperty(node, key);
    else if (kind === 1 && Array.isArray(node)) node.push(...node.slice(0, 50));
    else if (kind === 1) node[`${key}x`] = next;
    else if (kind === 2 && typeof next === 'number') node[key] = next + dice.of([1, -1, 0.5, 1e6]);
    else if (kind === 3 && typeof next === 'string') node[key] = next.slice(0, dice.below(next.length + 1));
    else node[key] = structuredClone(dice.of(VALUES));
    return;
  }
}
