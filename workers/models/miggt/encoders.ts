import * as tf from '@tensorflow/tfjs-core';
import type { ConfigOf } from '../../../src/domain/models/table';
import { readFloats } from '../../engine/backends';
import type { StepScope } from '../../engine/contract';
import type { Parameter } from '../../engine/parameters';
import { matrix, matrixOf } from '../../engine/tensors';
import { uploadRows, writeNumbers } from '../../engine/upload';
import { normalisedLayer } from '../layers/batchNorm';
import { dropout } from '../layers/dropout';
import { forEachFeature } from '../layers/features';
import { frozenTable } from '../layers/frozenTable';
import { normals } from '../layers/initialisers';
import type { BuildContext, FeatureMatrix, NamedInput } from '../model';
import type { table } from './table';

type Context = BuildContext<ConfigOf<typeof table>>;

/** Added to the lengths of projected rows. */
const EPSILON = 1e-8;

/** The networks of the modalities, which have running statistics. */
interface Encoders {
  readonly parameters: readonly Parameter[];
  readonly inputs: readonly NamedInput[];
  /** `T_m [I, d]`; with a step it is trained, with dropout and the statistics of all items. */
  encode(modality: string, step: StepScope | null): tf.Tensor2D;
  state(): Promise<Record<string, Float32Array>>;
  restore(state: Readonly<Record<string, Float32Array>>): void;
  dispose(): void;
}

/** Of the modalities named: `dropout → W → BN → PReLU → dropout → W → BN → PReLU` over frozen features, images projected at random. */
export async function modalityEncoders(context: Context, keys: readonly string[]): Promise<Encoders> {
  const { input, config, random } = context;
  const { embeddingSize: width, hiddenSize } = config;
  const itemIds = tf.keep(tf.range(0, input.items, 1, 'int32'));
  const used = input.features.filter(({ key }) => keys.includes(key));
  const modalities = await forEachFeature(used, async (feature) => {
    const { key } = feature;
    const { features, projected } = await featuresOf(context, feature);
    const columns = features.shape[1];
    const hidden = normalisedLayer(`encode/${key}/hidden`, `hidden layer, ${key}`, columns, hiddenSize, random);
    const output = normalisedLayer(`encode/${key}/output`, `last layer, ${key}`, hiddenSize, width, random);
    return { key, features, projected, layers: [hidden, output] as const };
  });
  const layers = modalities.flatMap((modality) => modality.layers);
  return {
    parameters: layers.flatMap(({ parameters }) => parameters),
    inputs: modalities.flatMap(({ projected }) => (projected ? [projected] : [])),
    encode: (modality, step) => {
      const found = modalities.find(({ key }) => key === modality);
      if (!found) throw new Error(`MIG-GT has no network for ${modality}.`);
      const dropped = (x: tf.Tensor2D, site: string, rate: number): tf.Tensor2D =>
        step ? dropout(x, itemIds, { step, site: `${site}/${modality}`, rate }) : x;
      const [hidden, output] = found.layers;
      const middle = hidden.apply(dropped(found.features, 'input', config.inputDropout), step !== null);
      return output.apply(dropped(middle, 'hidden', config.hiddenDropout), step !== null);
    },
    state: async () => {
      const state: Record<string, Float32Array> = {};
      for (const layer of layers) Object.assign(state, await layer.state());
      return state;
    },
    restore: (state) => layers.forEach((layer) => layer.restore(state)),
    dispose: () => {
      tf.dispose([itemIds, ...modalities.map(({ features }) => features)]);
      layers.forEach((layer) => layer.dispose());
    },
  };
}

/** A modality's features `X'_m [I, ·]` on the device: as they are, or images times normal numbers, to the width of the text. */
async function featuresOf(
  { input, config, random }: Context,
  feature: FeatureMatrix,
): Promise<{ readonly features: tf.Tensor2D; readonly projected: NamedInput | null }> {
  const text = input.features.find(({ key }) => key === 'text');
  if (feature.key !== 'image' || !text || config.randomProjection === 'none')
    return { features: await uploadRows(feature), projected: null };
  const { columns } = text;
  const raw = await frozenTable(feature, { half: false });
  const directions = normals(random('init/randomProjection'), feature.columns * columns, 1);
  const features = tf.tidy(() => {
    const product = raw.times(matrix(directions, feature.columns, columns));
    return tf.keep(matrixOf(tf.div(product, tf.add(tf.norm(product, 2, 1, true), EPSILON))));
  });
  raw.dispose();
  return {
    features,
    projected: {
      name: `projected/${feature.key}`,
      meaning: 'features times normal random numbers, rows of length 1, items × columns of the text',
      shape: features.shape,
      read: () => readFloats(features),
      replace: (values) => writeNumbers(features, 0, values),
    },
  };
}
