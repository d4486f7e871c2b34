import { disposeRowIndex, hostRowIndex, rowIndex, type RowIndex } from '../../engine/rows';
import type { Random } from '../../numbers/rng';
import type { NamedInput } from '../model';

/** Items that are drawn for each node once for a run, so that a ranking depends on the weights alone. */
interface FixedSamples {
  readonly input: NamedInput;
  /** On the device, `nodes · count` items. */
  index(): RowIndex;
  dispose(): void;
}

/** `count` of `items` for each of `nodes`, with replacement. */
export function fixedSamples(
  random: (name: string) => Random,
  nodes: number,
  items: number,
  count: number,
): FixedSamples {
  const name = 'globalSamples@ranking';
  const stream = random(name);
  const onDevice = (indices: Int32Array): RowIndex => rowIndex(hostRowIndex(indices, indices.length, items));
  let drawn = Int32Array.from({ length: nodes * count }, () => stream.integer(items));
  let index = onDevice(drawn);
  return {
    input: {
      name,
      meaning: 'items that the transformer sees beside each node while ranking, nodes × C',
      shape: [nodes, count],
      read: async () => Float32Array.from(drawn),
      replace: (values) => {
        disposeRowIndex(index);
        drawn = Int32Array.from(values);
        index = onDevice(drawn);
      },
    },
    index: () => index,
    dispose: () => disposeRowIndex(index),
  };
}
