import * as tf from '@tensorflow/tfjs-core';
import type { ConfigOf } from '../../../src/domain/models/table';
import { entry } from '../../../src/domain/at';
import type { Parameter } from '../../engine/parameters';
import { matrixOf } from '../../engine/tensors';
import { forEachFeature } from '../layers/features';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { drawnMatrix } from '../layers/initialisers';
import { linear } from '../layers/linear';
import type { BuildContext } from '../model';
import type { table } from './table';

/** Slope below 0 of a projection that is not linear. */
const LEAK = 0.2;

/** What makes item vectors F_m of features. */
export interface Projections {
  readonly parameters: readonly Parameter[];
  /** All items of the `m`-th modality, `[I, d]`. */
  apply(m: number): tf.Tensor2D;
  dispose(): void;
}

/** Linear with a bias, or `LeakyReLU(X W)`, as the configuration has it for the modality. */
export async function projections({
  input,
  config,
  random,
}: BuildContext<ConfigOf<typeof table>>): Promise<Projections> {
  const width = config.embeddingSize;
  const kinds: Readonly<Record<string, 'linear' | 'leaky'>> = {
    image: config.projectionImage,
    text: config.projectionText,
  };
  const all = await forEachFeature(input.features, async (feature) => {
    const { key, columns } = feature;
    const name = `project/${key}`;
    const rows = await frozenTable(feature, storageOf(config));
    if ((kinds[key] ?? config.projectionOther) === 'linear') {
      const layer = linear(name, `projection, ${key}`, columns, width, random);
      return { parameters: layer.parameters, rows, apply: () => rows.through(layer) };
    }
    const weight = drawnMatrix(random, `${name}/weight`, `projection, ${key}, [in, out]`, columns, width);
    return {
      parameters: [weight],
      rows,
      apply: () => matrixOf(tf.leakyRelu(rows.times(matrixOf(weight.tensor)), LEAK)),
    };
  });
  return {
    parameters: all.flatMap(({ parameters }) => parameters),
    apply: (m) => entry(all, m).apply(),
    dispose: () => all.forEach(({ rows }) => rows.dispose()),
  };
}
