import * as tf from '@tensorflow/tfjs-core';
import { required } from '../../src/domain/at';
import { given, type GivenNumbers } from './capture/given';
import { drawnRowsOf, hostDrawnRows, type HostDrawnRows } from './kernels/uniformDraws';
import { hostRowIndex, placesOf, type HostRowIndex, type RowIndex } from './rows';
import { integers } from './tensors';

/** Rows that a step draws at random on the host, where the places at which each was taken are counted too. */
interface WantedRows {
  readonly site: string;
  /** For so many entities, 0 … n − 1, */
  readonly n: number;
  /** so many rows each, */
  readonly count: number;
  /** of a table of so many. */
  readonly rows: number;
}

/** What the host hands over; the rows themselves are drawn where they are used. */
const PARTS = ['pointers', 'places'] as const;
type Part = (typeof PARTS)[number];

const PREFIX = 'rows/';

export const namesRows = (name: string): boolean => name.startsWith(PREFIX);

const nameOf = ({ site, n, count, rows }: WantedRows, part: Part): string =>
  `${PREFIX}${part}/${n}/${count}/${rows}/${site}`;

/** `⌊u · rows⌋` for numbers `u` in [0, 1), and where each row was taken. */
export function rowsOfDraws(draws: ArrayLike<number>, rows: number): HostRowIndex {
  const indices = Int32Array.from(draws, (draw) => Math.min(rows - 1, Math.floor(draw * rows)));
  return hostRowIndex(indices, indices.length, rows);
}

/** Arrays of a step's draws, by their sizes: megabytes, which every step writes anew. Whoever is handed them copies them before the next step. */
const scratch = new Map<string, HostDrawnRows & { readonly places: Int32Array }>();

function drawn(key: Int32Array, n: number, count: number, rows: number): Record<Part, Int32Array> {
  const name = `${n}/${count}/${rows}`;
  const own = scratch.get(name) ?? {
    indices: new Int32Array(n * count),
    counts: new Int32Array(rows + 1),
    places: new Int32Array(n * count),
  };
  scratch.set(name, own);
  const { indices, counts: pointers } = hostDrawnRows(key, n, count, rows, own);
  return { pointers, places: placesOf(indices, indices.length, pointers, own.places) };
}

/** What a step is handed of its drawn rows, by name; each site is drawn when it is asked for, once. `keyOf` gives a site's key. */
export function drawnRows(keyOf: (site: string) => Int32Array): GivenNumbers {
  const made = new Map<string, Record<Part, Int32Array>>();
  return (name) => {
    const [part = '', n = 0, count = 0, rows = 0, ...site] = name.slice(PREFIX.length).split('/');
    const key = site.join('/');
    const own = made.get(key) ?? drawn(keyOf(key), Number(n), Number(count), Number(rows));
    made.set(key, own);
    return own[required(PARTS.find((one) => one === part))];
  };
}

/** The rows on the device, of a site's `key [2]`. They are the loss's: what needs them for a gradient has to save them. */
export function deviceRows(wanted: WantedRows, key: tf.Tensor1D, numbers: GivenNumbers): RowIndex {
  const part = (of: Part): tf.Tensor1D => {
    const name = nameOf(wanted, of);
    return given(integers(Int32Array.from(numbers(name))), name);
  };
  const { n, count, rows } = wanted;
  return {
    length: n * count,
    indices: drawnRowsOf(key, { n, width: count, rows }),
    places: { rowPointers: part('pointers'), columnIndices: part('places'), values: null },
  };
}
