import { toBase64 } from '../../src/sharing/packedArray';

/**
 * Any stored value as JSON, in pieces. What JSON has no word for is an object with the single sign `$`: `{"$":"Float32Array","base64":…}`
 * are the array's bytes as they lie in memory (little-endian); `Map`, `Set`, `Date`, `Blob` and `Number` are told in the same way. An
 * object that has a `$` of its own is written as a list of its entries.
 */
export async function* rawJson(value: unknown, above: readonly object[] = []): AsyncGenerator<string> {
  if (typeof value !== 'object' || value === null) return yield JSON.stringify(primitive(value));
  // A value may hold itself; JSON may not.
  if (above.includes(value)) return yield '{"$":"Above","levels":' + String(above.length - above.indexOf(value)) + '}';
  const within = [...above, value];
  if (ArrayBuffer.isView(value)) {
    yield `{"$":${JSON.stringify(value.constructor.name)},"base64":"`;
    yield* base64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength));
    return yield '"}';
  }
  if (value instanceof ArrayBuffer) {
    yield '{"$":"ArrayBuffer","base64":"';
    yield* base64(new Uint8Array(value));
    return yield '"}';
  }
  if (value instanceof Blob) {
    yield `{"$":"Blob","type":${JSON.stringify(value.type)},"base64":"`;
    yield* base64(new Uint8Array(await value.arrayBuffer()));
    return yield '"}';
  }
  if (value instanceof Date) return yield JSON.stringify({ $: 'Date', time: primitive(value.getTime()) });
  if (value instanceof RegExp || value instanceof Error)
    return yield JSON.stringify({ $: value instanceof RegExp ? 'RegExp' : 'Error', text: String(value) });
  if (value instanceof Map) {
    yield '{"$":"Map","entries":';
    yield* list([...value], within);
    return yield '}';
  }
  if (value instanceof Set) {
    yield '{"$":"Set","values":';
    yield* list([...value], within);
    return yield '}';
  }
  if (Array.isArray(value)) return yield* list(value, within);
  if (Object.hasOwn(value, '$')) {
    yield '{"$":"Object","entries":';
    yield* list(Object.entries(value), within);
    return yield '}';
  }
  yield '{';
  let first = true;
  for (const [key, one] of Object.entries(value)) {
    yield `${first ? '' : ','}${JSON.stringify(key)}:`;
    yield* rawJson(one, within);
    first = false;
  }
  yield '}';
}

async function* list(values: readonly unknown[], above: readonly object[]): AsyncGenerator<string> {
  yield '[';
  for (const [place, one] of values.entries()) {
    if (place > 0) yield ',';
    yield* rawJson(one, above);
  }
  yield ']';
}

function primitive(value: unknown): unknown {
  if (typeof value === 'bigint') return { $: 'BigInt', digits: String(value) };
  if (value === undefined) return { $: 'Undefined' };
  const told = typeof value !== 'number' || (Number.isFinite(value) && !Object.is(value, -0));
  return told ? value : { $: 'Number', is: Object.is(value, -0) ? '-0' : String(value) };
}

/** Bytes of one piece: a multiple of three, so that the pieces' base64 can be put together. */
const PIECE = 3 * 2 ** 20;

function* base64(bytes: Uint8Array): Generator<string> {
  for (let at = 0; at < bytes.length; at += PIECE) yield toBase64(bytes.subarray(at, at + PIECE));
}
