import type { FeatureInfo } from '../../src/domain/dataset';
import type { Interactions } from '../../src/domain/interactions';

/** Rows per stored chunk: about 4 MiB of float32. Follows from the width alone, so that chunks are also the blocks of the fingerprint. */
export function chunkRowsFor(columns: number): number {
  return Math.max(1, Math.floor(2 ** 20 / columns));
}

/** What the fingerprint is taken of: a feature is the digests of its chunks, in order. */
export interface FingerprintContent {
  readonly users: number;
  readonly items: number;
  readonly interactions: Interactions;
  readonly features: readonly {
    readonly info: Pick<FeatureInfo, 'key' | 'scope' | 'rows' | 'columns'>;
    readonly digests: readonly string[];
  }[];
}

/**
 * SHA-256, hex, of a text that lists every part with its name, type, shape and digest (docs/dataset-format.md). File names,
 * the order of files, element types in files and chunking play no part in it.
 */
export async function fingerprint(content: FingerprintContent): Promise<string> {
  const { users, items, split, ratings, timestamps } = content.interactions;
  const columns: readonly (readonly [string, string, ArrayBufferView | null])[] = [
    ['users', 'int32', users],
    ['items', 'int32', items],
    ['ratings', 'float32', ratings],
    ['timestamps', 'float64', timestamps],
    ['split', 'uint8', split],
  ];
  const lines = ['lodestone dataset 1', `users ${content.users}`, `items ${content.items}`];
  for (const [name, type, values] of columns) {
    if (values) lines.push(`interactions ${name} ${type} ${users.length} ${await digest(values)}`);
  }
  const features = [...content.features].sort((a, b) => compareKeys(a.info, b.info));
  for (const { info, digests } of features) {
    lines.push(`feature ${info.scope} ${info.key} float32 ${info.rows} ${info.columns}`, ...digests);
  }
  return digest(new TextEncoder().encode(`${lines.join('\n')}\n`));
}

/** SHA-256 of the bytes under a view, hex. Typed arrays are little-endian on every machine that runs a browser. */
export async function digest(view: ArrayBufferView): Promise<string> {
  const bytes = new Uint8Array(view.byteLength);
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The order of modalities everywhere: by key, in code points. */
export function compareKeys(a: { readonly key: string }, b: { readonly key: string }): number {
  return a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
}
