import { at } from '../../src/domain/at';
import type { DemoOptions } from '../../src/domain/dataset';
import { stream, type Random } from '../numbers/rng';

/** Length of every latent vector. */
export const LATENT = 8;

/** What a demo item is. Latents are unit vectors, `[items, 8]`. */
export interface DemoItems {
  /** Cluster of looks and, independent of it, of meaning. */
  readonly style: Int32Array<ArrayBuffer>;
  readonly category: Int32Array<ArrayBuffer>;
  readonly styles: number;
  readonly categories: number;
  readonly visual: Float64Array;
  readonly semantic: Float64Array;
  /** Shown by no feature: only who meets the item tells it. */
  readonly identity: Float64Array;
  readonly quality: Float64Array;
  /** log of the probability of being met blindly, up to a constant. */
  readonly logPopularity: Float64Array;
  readonly styleCentres: Float64Array;
  readonly categoryCentres: Float64Array;
}

export const USER_GROUPS = ['behaviour', 'vision', 'text'] as const;

/** Users' latents, `[users, 8]` each. */
export interface DemoUsers {
  /** Index into `USER_GROUPS`. */
  readonly group: Uint8Array;
  readonly identity: Float64Array;
  readonly visual: Float64Array;
  readonly semantic: Float64Array;
  readonly habitMean: Float64Array;
  readonly habitSpread: Float64Array;
}

/** Length of the noise beside a centre of length 1. */
const CLUSTER_NOISE = 0.6;
const USER_NOISE = 0.5;
const POPULARITY_EXPONENT = 0.55;

export function demoItems({ seed, items }: DemoOptions): DemoItems {
  const random = stream(seed, 'demo/items');
  const clusters = Math.min(24, Math.max(12, Math.round(items / 40)));
  const styleCentres = units(random, clusters);
  const categoryCentres = units(random, clusters);
  const style = Int32Array.from({ length: items }, () => random.integer(clusters));
  const category = Int32Array.from({ length: items }, () => random.integer(clusters));
  const rank = Int32Array.from({ length: items }, (_, i) => i + 1);
  for (let i = items - 1; i > 0; i--) {
    const j = random.integer(i + 1);
    const swapped = at(rank, i);
    rank[i] = at(rank, j);
    rank[j] = swapped;
  }
  return {
    style,
    category,
    styles: clusters,
    categories: clusters,
    visual: around(random, styleCentres, style, CLUSTER_NOISE),
    semantic: around(random, categoryCentres, category, CLUSTER_NOISE),
    identity: units(random, items),
    quality: Float64Array.from({ length: items }, () => random.normal()),
    logPopularity: Float64Array.from(rank, (value) => -POPULARITY_EXPONENT * Math.log(value)),
    styleCentres,
    categoryCentres,
  };
}

export function demoUsers({ seed, users }: DemoOptions, items: DemoItems): DemoUsers {
  const random = stream(seed, 'demo/users');
  const favourites = (clusters: number): Int32Array<ArrayBuffer> =>
    Int32Array.from({ length: users }, () => random.integer(clusters));
  return {
    group: Uint8Array.from({ length: users }, () => random.integer(USER_GROUPS.length)),
    identity: units(random, users),
    visual: around(random, items.styleCentres, favourites(items.styles), USER_NOISE),
    semantic: around(random, items.categoryCentres, favourites(items.categories), USER_NOISE),
    habitMean: Float64Array.from({ length: users }, () => 3.9 + 0.6 * random.normal()),
    habitSpread: Float64Array.from({ length: users }, () => 0.3 + 0.5 * random.uniform()),
  };
}

/** Cosine of user `u` and every item in one latent space. */
export function cosines(ofUsers: Float64Array, u: number, ofItems: Float64Array): Float64Array {
  const result = new Float64Array(ofItems.length / LATENT);
  for (let i = 0; i < result.length; i++) {
    let sum = 0;
    for (let k = 0; k < LATENT; k++) sum += at(ofUsers, u * LATENT + k) * at(ofItems, i * LATENT + k);
    result[i] = sum;
  }
  return result;
}

/** `[rows, columns]` float32: latent × random matrix + noise. */
export function demoFeatures(
  seed: number,
  name: string,
  latent: Float64Array,
  columns: number,
): Float32Array<ArrayBuffer> {
  const random = stream(seed, `demo/features/${name}`);
  const mixing = Float64Array.from({ length: LATENT * columns }, () => random.normal());
  const rows = latent.length / LATENT;
  const values = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns; c++) {
      let sum = 0.3 * random.normal();
      for (let k = 0; k < LATENT; k++) sum += at(latent, row * LATENT + k) * at(mixing, k * columns + c);
      values[row * columns + c] = sum;
    }
  }
  return values;
}

function units(random: Random, rows: number): Float64Array {
  return normalised(Float64Array.from({ length: rows * LATENT }, () => random.normal()));
}

/** Unit vectors about the centre of each row's cluster. */
function around(random: Random, centres: Float64Array, cluster: Int32Array, noise: number): Float64Array {
  const scale = noise / Math.sqrt(LATENT);
  const values = new Float64Array(cluster.length * LATENT);
  for (let i = 0; i < values.length; i++) {
    const centre = at(cluster, Math.floor(i / LATENT));
    values[i] = at(centres, centre * LATENT + (i % LATENT)) + scale * random.normal();
  }
  return normalised(values);
}

function normalised(values: Float64Array): Float64Array {
  for (let start = 0; start < values.length; start += LATENT) {
    const row = values.subarray(start, start + LATENT);
    const norm = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0)) || 1;
    row.forEach((value, k) => (row[k] = value / norm));
  }
  return values;
}
