import { fromBase64 } from '../../src/sharing/packedArray';

/** What is no value that `rawJson` writes. */
export class RawError extends Error {}

const ARRAYS = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
} as const;

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value that `rawJson` wrote so, from parsed JSON. Throws `RawError` for what it does not write, and for what cannot be made again: errors, patterns, and values that hold themselves. */
export function rawValue(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(rawValue);
  if (!isRecord(json)) return json;
  if (!Object.hasOwn(json, '$')) return objectOf(Object.entries(json).map(([key, one]) => [key, rawValue(one)]));
  const kind = json['$'];
  for (const [name, Type] of Object.entries(ARRAYS)) if (kind === name) return new Type(bytesOf(json).buffer);
  switch (kind) {
    case 'ArrayBuffer':
      return bytesOf(json).buffer;
    case 'DataView':
      return new DataView(bytesOf(json).buffer);
    case 'Blob':
      return new Blob([bytesOf(json)], { type: String(json['type']) });
    case 'Date':
      return new Date(Number(rawValue(json['time'])));
    case 'Map':
      return new Map(pairsOf(json));
    case 'Set':
      return new Set(listOf(json['values']).map(rawValue));
    case 'Object':
      return objectOf(pairsOf(json));
    case 'BigInt':
      return BigInt(String(json['digits']));
    case 'Undefined':
      return undefined;
    case 'Number':
      return Number(json['is']);
    default:
      throw new RawError(`it has a value of the kind ${String(kind)}`);
  }
}

const listOf = (value: unknown): readonly unknown[] => {
  if (Array.isArray(value)) return value;
  throw new RawError('a list is missing');
};

const pairsOf = (json: Readonly<Record<string, unknown>>): [unknown, unknown][] =>
  listOf(json['entries']).map((pair) => {
    const [key, one] = listOf(pair);
    return [rawValue(key), rawValue(one)];
  });

/** `__proto__` as well is a property of the object. */
function objectOf(entries: readonly (readonly [unknown, unknown])[]): object {
  return Object.fromEntries(entries.map(([key, one]) => [String(key), one]));
}

function bytesOf(json: Readonly<Record<string, unknown>>): Uint8Array<ArrayBuffer> {
  const bytes = typeof json['base64'] === 'string' ? fromBase64(json['base64']) : null;
  if (!bytes) throw new RawError('bytes are missing');
  return bytes;
}
