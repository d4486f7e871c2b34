import { at } from '../../src/domain/at';
import type { ControlKind } from '../../src/domain/controls';
import { blocksOf, heldRows, readAll, type RowSource } from '../engine/rowSource';
import type { FeatureMatrix } from '../models/model';
import type { Random } from '../numbers/rng';

type Streams = (name: string) => Random;

/** A feature matrix as a control has it: the same shape, and no meaning. `random`: the run's named streams. */
export function controlledFeature(
  feature: FeatureMatrix,
  kind: Exclude<ControlKind, 'without'>,
  random: Streams,
): FeatureMatrix {
  const { key } = feature;
  switch (kind) {
    case 'shuffled':
      return { key, ...later(feature, () => shuffled(feature, random(`control/shuffle/${key}`))) };
    case 'noise':
      return { key, ...later(feature, async () => noise(feature, await momentsOf(feature), random)) };
    case 'constant':
      return { key, ...later(feature, async () => constant(feature, (await momentsOf(feature)).mean)) };
  }
}

/** Made when the first row is read. */
function later({ rows, columns }: RowSource, make: () => Promise<RowSource>): RowSource {
  let made: Promise<RowSource> | null = null;
  return { rows, columns, read: async (first, count) => (await (made ??= make())).read(first, count) };
}

/** Rows in another order, every one at one place: no statistic of the matrix changes. */
async function shuffled(source: RowSource, random: Random): Promise<RowSource> {
  const { rows, columns } = source;
  return heldRows(shuffleRows(await readAll(source), columns, random), rows, columns);
}

/** Puts rows of so many numbers into another order, in place. */
export function shuffleRows(values: Float32Array, columns: number, random: Random): Float32Array {
  for (let left = values.length / columns - 1; left > 0; left--) {
    const other = random.integer(left + 1);
    const own = values.slice(left * columns, (left + 1) * columns);
    values.copyWithin(left * columns, other * columns, (other + 1) * columns);
    values.set(own, other * columns);
  }
  return values;
}

interface Moments {
  readonly mean: Float64Array;
  readonly deviation: Float64Array;
}

/** Of each column, over all rows. */
async function momentsOf(source: RowSource): Promise<Moments> {
  const { rows, columns } = source;
  const [mean, deviation] = [new Float64Array(columns), new Float64Array(columns)];
  for await (const { values } of blocksOf(source))
    values.forEach((value, place) => (mean[place % columns] = at(mean, place % columns) + value / rows));
  for await (const { values } of blocksOf(source))
    values.forEach((value, place) => {
      const column = place % columns;
      deviation[column] = at(deviation, column) + (value - at(mean, column)) ** 2 / rows;
    });
  return { mean, deviation: deviation.map(Math.sqrt) };
}

/** Each row from a stream of its own, so that rows can be read in any order. */
const noise = ({ rows, columns, key }: FeatureMatrix, { mean, deviation }: Moments, random: Streams): RowSource => ({
  rows,
  columns,
  read: async (first, count) => {
    const values = new Float32Array(count * columns);
    for (let row = 0; row < count; row++) {
      const own = random(`control/noise/${key}/${first + row}`);
      for (let column = 0; column < columns; column++)
        values[row * columns + column] = at(mean, column) + at(deviation, column) * own.normal();
    }
    return values;
  },
});

const constant = ({ rows, columns }: RowSource, mean: Float64Array): RowSource => ({
  rows,
  columns,
  read: async (_first, count) => {
    const values = new Float32Array(count * columns);
    for (let row = 0; row < count; row++) values.set(mean, row * columns);
    return values;
  },
});
