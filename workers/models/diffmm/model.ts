/**
 * DiffMM. Jiang et al.: multimodal graph diffusion, ACM MM 2024 (arXiv 2406.11781). As the authors' code has it: per modality a denoiser of histories, trained by a loss
 * of its own before each epoch, whose best items of each user are the epoch's graph.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ConfigOf } from '../../../src/domain/models/table';
import { entry } from '../../../src/domain/at';
import { disposeParameter, newParameter } from '../../engine/parameters';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { rowSquares, unitRows } from '../../engine/kernels/rowCosines';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { infoNceAgainst } from '../layers/contrast';
import { requireFeatures } from '../layers/features';
import { drawnMatrix } from '../layers/initialisers';
import { batchMean, batchRowsOf, bprLoss, squaresOf } from '../layers/losses';
import { meanOfLayers, nodeTable, splitNodes, stackNodes } from '../layers/propagation';
import { defineModel, type Batch, type BuildContext, type LossTermValue, type Model } from '../model';
import { denoiser, diffusionTables, rowDistances } from './denoiser';
import { epochGraphsOf } from './epochs';
import { loopedGraph } from './graphs';
import { histories, noisyInput } from './histories';
import { projections } from './projections';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** Throws `MODEL_NEEDS_FEATURES`. */
async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  requireFeatures(input.features, table.name);
  const width = config.embeddingSize;
  const keys = input.features.map(({ key }) => key);
  const matrix = loopedGraph(input.train, input.users, input.items);
  const userItem = sparseTensor(matrix, true);
  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width);
  const project = await projections(context);
  const logits = newParameter(
    'modalityWeights',
    'logits of the modalities’ shares',
    [keys.length],
    new Float32Array(keys.length).fill(1 / keys.length),
  );
  const denoisers = keys.map((key) => denoiser(key, input.items, config.denoiserSize, random));
  const known = histories(input);
  const tables = diffusionTables();
  const graphs = epochGraphsOf(context, { denoisers, histories: known, tables });
  const second = denoisers.flatMap(({ parameters }) => parameters);
  const own = [userIds, itemIds, ...project.parameters, logits, ...second];

  const layers = (x: tf.Tensor2D): tf.Tensor2D => meanOfLayers(userItem, x, config.layers, config.layers + 1);
  /** `E`, and the contrast's view K_m of each modality, `[U + I, d]`. */
  const makeViews = () => {
    const users = matrixOf(userIds.tensor);
    const items = matrixOf(itemIds.tensor);
    const ids = stackNodes(users, items);
    const starts = keys.map((_, m) => stackNodes(users, unitRows(project.apply(m))));
    const parts = starts.map((start, m) => {
      const first = sparseProduct(userItem, start);
      const again = sparseProduct(userItem, stackNodes(splitNodes(first, input.users).users, items));
      const learned = sparseProduct(graphs.tensor(m), ids);
      return tf.addN([first, again, tf.mul(learned, config.modalGraphWeight)]);
    });
    const softmax = tf.softmax(logits.tensor);
    // tfjs has no gradient for a split into one.
    const shares = keys.length === 1 ? [softmax] : tf.split(softmax, keys.length);
    const mixed = matrixOf(tf.addN(parts.map((part, m) => tf.mul(part, entry(shares, m)))));
    const sum = layers(mixed);
    const final = matrixOf(tf.add(sum, tf.mul(unitRows(mixed), config.residualWeight)));
    const views = (): tf.Tensor2D[] => starts.map((start, m) => layers(sparseProduct(graphs.tensor(m), start)));
    return { final, views };
  };
  const contrast = (pairs: readonly (readonly [tf.Tensor2D, tf.Tensor2D])[], batch: Batch) => {
    const of = (side: 'users' | 'items'): tf.Scalar => {
      const index = side === 'users' ? batch.users : batch.positives;
      const each = pairs.map(([from, to]) => {
        const anchors = nodeTable(from, input.users)[side](index);
        return infoNceAgainst(anchors, splitNodes(to, input.users)[side], index, config.temperature, batch);
      });
      return scalarOf(tf.addN(each));
    };
    return { users: of('users'), items: of('items') };
  };

  return {
    parameters: own,
    graphs: [{ name: 'userItem', meaning: 'sym(G + 1), users before items, a loop at every node', matrix }],
    epochGraphs: (epoch, step) => graphs.make(epoch, step),
    state: () => graphs.state(),
    restoreState: (state) => graphs.restore(state),
    loss: (batch) => {
      const { final, views } = makeViews();
      const all = views();
      const rows = batchRowsOf(nodeTable(final, input.users), batch);
      const main = config.contrastMethod === 'main' || all.length === 1;
      const pairs = main
        ? all.map((view) => [final, view] as const)
        : all.flatMap((view, m) => all.slice(m + 1).map((other) => [view, other] as const));
      const { users, items } = contrast(pairs, batch);
      // Divided by the configured size, also in a short batch.
      const weights = vectorOf(tf.mul(batch.mask, 1 / batch.size));
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, { weights }, false) },
        { key: 'reg', weight: config.regWeight, value: squaresOf([userIds, itemIds]) },
        { key: 'contrastUsers', weight: config.contrastWeight, value: users },
        { key: 'contrastItems', weight: config.contrastWeight, value: items },
      ];
    },
    second: {
      parameters: second,
      pass: true,
      loss: (batch, step) => {
        const ids = batch.users.indices;
        const start = known.rows(ids);
        const liked = tf.matMul(start, matrixOf(itemIds.tensor));
        return keys.flatMap((key, m): LossTermValue[] => {
          const steps = tables.stepsOf(step.draw(`diffusion/step/${key}`, ids, 1));
          const noisy = noisyInput(start, ids, { key, step, shares: tables.shares(steps) });
          const found = entry(denoisers, m).found(noisy, tables.codes(steps));
          const guided = tf.sub<tf.Tensor2D>(tf.matMul(found, project.apply(m)), liked);
          return [
            {
              key: `denoise/${key}`,
              weight: 1,
              value: batchMean(vectorOf(tf.mul(rowDistances(found, start), tables.weights(steps))), batch),
            },
            {
              key: `guide/${key}`,
              weight: config.diffusionWeight,
              value: scalarOf(tf.mul(batchMean(rowSquares(guided), batch), 1 / width)),
            },
          ];
        });
      },
    },
    represent: () => splitNodes(makeViews().final, input.users),
    dispose: () => {
      disposeSparse(userItem);
      [project, known, tables, graphs].forEach((one) => one.dispose());
      own.forEach(disposeParameter);
    },
  };
}

export const model = defineModel(table, build);
