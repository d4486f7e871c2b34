import { at, entry } from '../../src/domain/at';
import { profilesOf } from '../../src/domain/dataset';
import type { Interactions } from '../../src/domain/interactions';
import { AppError } from '../../src/domain/errors';
import type { LeakageProbe } from '../../src/domain/leakage';
import type { Rows } from '../../src/domain/vectors';
import type { Database } from '../../src/storage/database';
import { readDataset, readFeatures, readInteractions } from '../../src/storage/datasets';
import { stream, type Random } from '../numbers/rng';
import { bootstrapInterval } from './significance';

const CONTROLS = 10;
const MOST_USERS = 2000;
const FEWEST_USERS = 20;
const RESAMPLES = 5000;
const SEED = 1;

type Progress = (text: string, fraction: number | null) => Promise<void> | void;

/** Reads the vectors of a dataset and probes them. Throws `REASONING_INPUT` where there are none to compare. */
export async function probeDataset(database: Database, datasetId: string, progress: Progress): Promise<LeakageProbe> {
  const dataset = await readDataset(database, datasetId);
  const item = dataset.features.find(({ key, scope }) => scope === 'item' && key === 'image_text');
  const user = profilesOf(dataset);
  if (!item || !user || item.columns !== user.columns) {
    throw new AppError(
      'REASONING_INPUT',
      'Profiles can be compared with items only if both come from the same encoder: the dataset needs image_text and user_preferences of the same width.',
      'Add image_text_feat.npy from the encoder that made the profiles, and import again.',
    );
  }
  await progress('reading vectors', null);
  const rows = async (feature: typeof item): Promise<Rows> => ({
    values: await readFeatures(database, datasetId, feature),
    rows: feature.rows,
    columns: feature.columns,
  });
  return probeLeakage(
    await readInteractions(database, datasetId),
    await rows(item),
    await rows(user),
    stream(SEED, 'leakage'),
    progress,
  );
}

/**
 * Compares cos(profile, held-out item) with the mean over the `CONTROLS` unseen items nearest to it in popularity (log of one more than
 * the training users) and in similarity to the user's training history (cosine to the mean of its unit vectors), both in standard deviations
 * over the user's unseen items. What is left of the difference in similarity is taken off by the slope of the cosines on it, fitted over
 * those items: held-out items are more like the history than most, so their neighbours are not quite as like it. Throws `REASONING_INPUT`
 * with fewer than twenty users.
 */
export async function probeLeakage(
  interactions: Interactions,
  items: Rows,
  users: Rows,
  random: Random,
  progress: Progress = () => undefined,
): Promise<LeakageProbe> {
  const x = unitRows(items);
  const p = unitRows(users);
  const { columns } = items;
  const train: Set<number>[] = Array.from({ length: users.rows }, () => new Set());
  const held: Set<number>[] = Array.from({ length: users.rows }, () => new Set());
  interactions.users.forEach((user, row) =>
    (interactions.split[row] === 0 ? train : held)[user]?.add(at(interactions.items, row)),
  );
  const popularity = new Float64Array(items.rows);
  train.forEach((own) => own.forEach((item) => (popularity[item] = at(popularity, item) + 1)));
  const logPopularity = popularity.map((count) => Math.log(1 + count));
  const present = (values: Float32Array, row: number): boolean =>
    values.subarray(row * columns, (row + 1) * columns).some((value) => value !== 0);

  const able = Array.from({ length: users.rows }, (_, user) => user).filter(
    (user) => (train[user]?.size ?? 0) > 0 && (held[user]?.size ?? 0) > 0 && present(p, user),
  );
  const chosen = sample(able, MOST_USERS, random);
  const means: number[] = [];
  let variance = 0;
  let pairs = 0;
  for (const [place, user] of chosen.entries()) {
    if (place % 50 === 0) await progress('comparing held-out items with unseen ones', place / chosen.length);
    const own = train[user] ?? new Set();
    const kept = [...(held[user] ?? [])].filter((item) => !own.has(item) && present(x, item));
    const unseen = Array.from({ length: items.rows }, (_, item) => item).filter(
      (item) => !own.has(item) && !held[user]?.has(item) && present(x, item),
    );
    if (kept.length === 0 || unseen.length < CONTROLS) continue;
    const history = new Float32Array(columns);
    own.forEach((item) => history.forEach((value, c) => (history[c] = value + at(x, item * columns + c))));
    const toHistory = cosines(x, columns, unitRows({ values: history, rows: 1, columns }));
    const toProfile = cosines(x, columns, p.subarray(user * columns, (user + 1) * columns));
    const scale = { similarity: deviationOf(unseen, toHistory), popularity: deviationOf(unseen, logPopularity) };
    const slope = slopeOf(unseen, toHistory, toProfile);
    let sum = 0;
    for (const item of kept) {
      const gap = (values: Float64Array, other: number, unit: number): number =>
        (at(values, other) - at(values, item)) / unit;
      const distance = (other: number): number =>
        gap(toHistory, other, scale.similarity) ** 2 + gap(logPopularity, other, scale.popularity) ** 2;
      const controls = unseen
        .map((other) => ({ other, distance: distance(other) }))
        .sort((a, b) => a.distance - b.distance || a.other - b.other)
        .slice(0, CONTROLS)
        .map(({ other }) => other);
      const mean = meanOf(controls, toProfile);
      sum += at(toProfile, item) - mean - slope * (at(toHistory, item) - meanOf(controls, toHistory));
      variance += deviationOf(controls, toProfile) ** 2;
      pairs++;
    }
    means.push(sum / kept.length);
  }
  if (means.length < FEWEST_USERS) {
    throw new AppError(
      'REASONING_INPUT',
      `Only ${means.length} users have a profile, a training history and a held-out item with a vector.`,
      `At least ${FEWEST_USERS} are needed to tell a leak from chance.`,
    );
  }
  const difference = means.reduce((sum, value) => sum + value, 0) / means.length;
  const controlDeviation = Math.sqrt(variance / pairs);
  const [low, high] = bootstrapInterval(Float64Array.from(means), random, RESAMPLES, 0.95);
  return {
    users: means.length,
    pairs,
    controls: CONTROLS,
    difference,
    controlDeviation,
    effect: difference / controlDeviation,
    interval: [low / controlDeviation, high / controlDeviation],
  };
}

function unitRows({ values, rows, columns }: Rows): Float32Array {
  const unit = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    let square = 0;
    for (let c = 0; c < columns; c++) square += at(values, row * columns + c) ** 2;
    const norm = Math.sqrt(square);
    if (norm > 0) for (let c = 0; c < columns; c++) unit[row * columns + c] = at(values, row * columns + c) / norm;
  }
  return unit;
}

/** Cosine of every row with a unit vector. */
function cosines(rows: Float32Array, columns: number, unit: Float32Array): Float64Array {
  return Float64Array.from({ length: rows.length / columns }, (_, row) => {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += at(rows, row * columns + c) * at(unit, c);
    return sum;
  });
}

const meanOf = (places: readonly number[], values: Float64Array): number =>
  places.reduce((sum, place) => sum + at(values, place), 0) / places.length;

/** With n − 1; 1 where all are equal. */
function deviationOf(places: readonly number[], values: Float64Array): number {
  const mean = meanOf(places, values);
  return Math.sqrt(places.reduce((sum, place) => sum + (at(values, place) - mean) ** 2, 0) / (places.length - 1)) || 1;
}

/** Least squares of `y` on `x`. */
function slopeOf(places: readonly number[], x: Float64Array, y: Float64Array): number {
  const [mx, my] = [meanOf(places, x), meanOf(places, y)];
  let both = 0;
  let square = 0;
  for (const place of places) {
    both += (at(x, place) - mx) * (at(y, place) - my);
    square += (at(x, place) - mx) ** 2;
  }
  return square === 0 ? 0 : both / square;
}

/** At most `most`, drawn without replacement, in ascending order. */
function sample(all: readonly number[], most: number, random: Random): number[] {
  const pool = [...all];
  for (let i = 0; i < Math.min(most, pool.length - 1); i++) {
    const j = i + random.integer(pool.length - i);
    [pool[i], pool[j]] = [entry(pool, j), entry(pool, i)];
  }
  return pool.slice(0, most).sort((a, b) => a - b);
}
