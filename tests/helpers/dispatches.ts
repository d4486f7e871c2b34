import * as tf from '@tensorflow/tfjs-core';
import type { DatasetDocument } from '../../src/domain/dataset';
import type { Config, ModelId } from '../../src/domain/models/table';
import { dryPlan } from '../../workers/training/dryInput';
import { recordRun } from '../../workers/training/dryRun';
import { SIMILARITY_BYTES, TILES } from '../../workers/engine/tiles';
import { actualLength } from '../../workers/training/quantities';

/** A kernel of a run, with what it moves and computes at the dataset's size. */
export interface Dispatch {
  readonly name: string;
  readonly bytes: number;
  readonly flops: number;
  /** Its output's shape. */
  readonly shape: readonly number[];
}

type Shapes = readonly (readonly number[])[];

interface Seen {
  readonly name: string;
  readonly inputs: Shapes;
  readonly output: readonly number[];
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/**
 * Every kernel that a run launches while it prepares, trains a step and ranks a tile, from two dry runs on a few hundred rows whose lengths
 * are put down to what they depend on. Kernels of which a length cannot be told are left out; their names come with it.
 */
export async function dispatchesOf(
  dataset: DatasetDocument,
  model: ModelId,
  config: Config,
): Promise<{ readonly dispatches: readonly Dispatch[]; readonly untold: readonly string[] }> {
  const plan = dryPlan(dataset, model, config);
  const [first, second] = [
    await seen(() => recordRun(model, plan.inputs[0])),
    await seen(() => recordRun(model, plan.inputs[1])),
  ];
  if (first.length !== second.length) throw new Error(`${model}: ${first.length} kernels, then ${second.length}.`);
  const dispatches: Dispatch[] = [];
  const untold = new Set<string>();
  const grown = (one: readonly number[], other: readonly number[]): number[] =>
    one.map((length, axis) => {
      const column = axis === 0 && one.length === 2 && one[1] === 1;
      const seenLength = { seen: [length, other[axis]!] as const, list: one.length === 1, column };
      return actualLength(seenLength, plan.quantities, plan.trainPairs);
    });
  first.forEach((kernel, place) => {
    const other = second[place]!;
    try {
      dispatches.push(
        dispatchOf(
          {
            name: kernel.name,
            inputs: kernel.inputs.map((shape, input) => grown(shape, other.inputs[input]!)),
            output: grown(kernel.output, other.output),
          },
          dataset.statistics.users,
        ),
      );
    } catch {
      untold.add(kernel.name);
    }
  });
  return { dispatches, untold: [...untold] };
}

async function seen(work: () => Promise<unknown>): Promise<Seen[]> {
  const { kernels } = await tf.profile(async () => {
    await work();
    return [];
  });
  return kernels.map(({ name, inputShapes, outputShapes }) => ({
    name,
    inputs: Object.values(inputShapes).flatMap((shape) => (shape ? [shape] : [])),
    output: outputShapes[0] ?? [],
  }));
}

/** Similarities of a whole table are made block by block; the dry runs are small enough for one block. */
function inBlocks({ name, inputs, output }: Seen): Seen {
  const [rows = 1, columns = 1] = output;
  if (output.length !== 2 || rows !== columns || 4 * rows * columns <= SIMILARITY_BYTES)
    return { name, inputs, output };
  const cut = (shape: readonly number[]): readonly number[] =>
    shape[0] === rows ? [TILES.similarity(rows), ...shape.slice(1)] : shape;
  // The right operand of a product is the whole table.
  return {
    name,
    inputs: inputs.map((shape, place) => (/MatMul/.test(name) && place > 0 ? shape : cut(shape))),
    output: cut(output),
  };
}

function dispatchOf(seen: Seen, users: number): Dispatch {
  const { name, inputs, output } = inBlocks(seen);
  const [a = [], b = [], x = []] = inputs;
  const moved = inputs.reduce((sum, shape) => sum + sizeOf(shape), sizeOf(output));
  if (/MatMul/.test(name)) {
    // What is summed over: the left operand has the rows of the result and it.
    const inner = sizeOf(a) / Math.max(1, sizeOf(output.slice(0, -1)));
    return { name, bytes: 4 * moved, flops: 2 * sizeOf(output) * inner, shape: output };
  }
  if (name === 'LodestoneCsrProduct') {
    const width = x[1] ?? 1;
    // Of a block of users' histories, which the dry runs have in one piece: ten times its share of all.
    const entries = Math.min(1, (10 * (sizeOf(a) - 1)) / users) * sizeOf(b);
    return { name, bytes: 4 * (moved - sizeOf(x) + entries * width), flops: 2 * entries * width, shape: output };
  }
  // Every expert's part and the router's, for each pair.
  if (name === 'LodestoneExpertScores')
    return { name, bytes: 4 * moved, flops: 2 * sizeOf(output) * (a[1] ?? 1), shape: output };
  return { name, bytes: 4 * moved, flops: Math.max(sizeOf(output), ...inputs.map(sizeOf)), shape: output };
}
