/**
 * LGMRec. Guo, Li, Li, Wang, Shi, Ruan: LGMRec: Local and Global Graph Learning for Multimodal Recommendation, AAAI 2024
 * (arXiv 2312.16400). A contrast that is summed over the batch and Gumbel noise while ranking as the authors' code has them.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { entry, required } from '../../../src/domain/at';
import { AppError } from '../../../src/domain/errors';
import type { Representation, StepScope } from '../../engine/contract';
import { disposeParameter } from '../../engine/parameters';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { unitRows } from '../../engine/kernels/rowCosines';
import { gatherRows } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrix, matrixOf, scalarOf } from '../../engine/tensors';
import { behaviourGraph, historyMean, interactionMatrix } from '../../graphs/behaviour';
import { infoNce, infoNceAgainst } from '../layers/contrast';
import { dropout } from '../layers/dropout';
import { forEachFeature, requireFeatures } from '../layers/features';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { softWithNoise } from '../layers/gumbel';
import { drawnMatrix } from '../layers/initialisers';
import { batchRowsOf, bprLoss, frobeniusRegulariser } from '../layers/losses';
import { lastLayer, meanOfLayers, nodeTable, splitNodes, stackNodes } from '../layers/propagation';
import { defineModel, type Batch, type BuildContext, type LossTermValue, type Model, type NamedInput } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;
type Side = 'users' | 'items';

/** Throws `MODEL_NEEDS_FEATURES`, and `CONFIG_INVALID` where memberships as published are asked for of other than two modalities. */
async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random, progress } = context;
  requireFeatures(input.features, table.name);
  const published = config.userHyper === 'published';
  if (published && input.features.length !== 2)
    throw new AppError(
      'CONFIG_INVALID',
      `Memberships as published are defined for two modalities, and this dataset has ${input.features.length}.`,
      'Choose users’ memberships of each modality’s own, or a dataset with two modalities.',
      { option: 'userHyper' },
    );
  const width = config.embeddingSize;
  const edges = config.hyperedges;
  const nodes = input.users + input.items;
  await progress('building the user–item graph', null);
  const userItemMatrix = behaviourGraph(input.train, input.users, input.items, 1e-7);
  const historyMatrix = historyMean(input.train, input.users, input.items);
  const sumMatrix = interactionMatrix(input.train, input.users, input.items);
  const userItem = sparseTensor(userItemMatrix, true);
  const history = sparseTensor(historyMatrix, false);
  const historySum = sparseTensor(sumMatrix, false);

  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width);
  const modalities = await forEachFeature(input.features, async (feature) => ({
    key: feature.key,
    features: await frozenTable(feature, storageOf(config)),
    project: drawnMatrix(random, `project/${feature.key}/weight`, `projection, ${feature.key}`, feature.columns, width),
    hyperedges: drawnMatrix(
      random,
      `hyperedges/${feature.key}/weight`,
      `hyperedges, ${feature.key}`,
      feature.columns,
      edges,
    ),
  }));
  const parameters = [userIds, itemIds, ...modalities.flatMap(({ project, hyperedges }) => [project, hyperedges])];
  const ids = {
    users: tf.keep(tf.range(0, input.users, 1, 'int32')),
    items: tf.keep(tf.range(0, input.items, 1, 'int32')),
  };

  /** As published, the users of the second modality have raw logits. */
  const noisy = (place: number, side: Side): boolean => !published || side === 'items' || place === 0;
  /** The ranking's own uniform numbers, by place. */
  const uniforms = new Map<string, tf.Tensor2D>();
  const inputs: NamedInput[] =
    config.rankingNoise === 'none'
      ? []
      : modalities.flatMap(({ key }, place) =>
          (['users', 'items'] as const)
            .filter((side) => noisy(place, side))
            .map((side): NamedInput => {
              const name = `gumbel/${key}/${side}`;
              const rows = input[side];
              const replace = (values: Float32Array): void => {
                uniforms.get(name)?.dispose();
                uniforms.set(name, tf.keep(matrix(values, rows, edges)));
              };
              const drawn = (): Float32Array => {
                const numbers = random(`input/${name}`);
                return Float32Array.from({ length: rows * edges }, () => numbers.uniform());
              };
              replace(drawn());
              return {
                name,
                meaning: `uniform numbers of the noise while ranking, ${side} × hyperedges, ${key}`,
                shape: [rows, edges],
                read: async () => drawn(),
                replace,
              };
            }),
        );

  /** `softmax((logits + g)/τ)` over hyperedges; while ranking with the run's own noise, or with none. */
  const softened = (site: string, side: Side, logits: tf.Tensor2D, step: StepScope | null): tf.Tensor2D => {
    const uniform = step ? step.draw(site, ids[side], edges) : uniforms.get(site);
    const temperature = config.temperatureMembership;
    return uniform
      ? softWithNoise(logits, uniform, temperature)
      : matrixOf(tf.softmax(tf.mul(logits, 1 / temperature)));
  };
  /** Memberships of users and items, per modality, from the items' logits. */
  const memberships = (itemLogits: readonly tf.Tensor2D[], step: StepScope | null): Record<Side, tf.Tensor2D>[] => {
    const all = sparseProduct(historySum, matrixOf(tf.concat([...itemLogits], 1)));
    const userLogits = (place: number): tf.Tensor2D => tf.slice(all, [0, place * edges], [input.users, edges]);
    return modalities.map(({ key }, place) => {
      const of = (side: Side): tf.Tensor2D => {
        const own = side === 'items' ? entry(itemLogits, place) : userLogits(published ? 1 : place);
        const soft = noisy(place, side) ? softened(`gumbel/${key}/${side}`, side, own, step) : own;
        return step
          ? dropout(soft, ids[side], { step, site: `dropout/${key}/${side}`, rate: 1 - config.keepRate })
          : soft;
      };
      return { users: of('users'), items: of('items') };
    });
  };
  /** Items to hyperedges and back, H times; users from the last hyperedges. */
  const hypergraph = (items: tf.Tensor2D, member: Record<Side, tf.Tensor2D>): Representation => {
    let users = items;
    let current = items;
    for (let layer = 0; layer < config.hyperLayers; layer++) {
      const gathered = tf.matMul(member.items, current, true);
      current = tf.matMul(member.items, gathered);
      users = tf.matMul(member.users, gathered);
    }
    return { users, items: current };
  };

  /** Final rows E, and what the hypergraph makes of each modality. */
  const views = (step: StepScope | null): { final: tf.Tensor2D; hyper: Representation[] } => {
    const stacked = stackNodes(matrixOf(userIds.tensor), matrixOf(itemIds.tensor));
    const collaborative = meanOfLayers(userItem, stacked, config.layers);
    const both = modalities.map(({ features, project, hyperedges }) =>
      features.timesEach([matrixOf(project.tensor), matrixOf(hyperedges.tensor)]),
    );
    const logits = both.map(([, made]) => required(made));
    // The modalities side by side: one propagation for all.
    const content = matrixOf(
      tf.concat(
        both.map(([made]) => required(made)),
        1,
      ),
    );
    const local = lastLayer(userItem, stackNodes(sparseProduct(history, content), content), config.modalityLayers);
    const units = unitRows(matrixOf(tf.reshape(local, [nodes * modalities.length, width])));
    const { items } = splitNodes(collaborative, input.users);
    const hyper = memberships(logits, step).map((member) => hypergraph(items, member));
    const global = tf.addN(hyper.map(({ users, items: rows }) => stackNodes(users, rows)));
    return {
      final: matrixOf(
        tf.addN([
          collaborative,
          tf.sum(tf.reshape(units, [nodes, modalities.length, width]), 1),
          unitRows(matrixOf(global), config.globalWeight),
        ]),
      ),
      hyper,
    };
  };

  /** The contrast of one side, a sum over the batch's rows and a mean over pairs of modalities. */
  const contrast = (hyper: readonly Representation[], side: Side, batch: Batch): tf.Scalar => {
    const index = side === 'users' ? batch.users : batch.positives;
    const counted = { weights: batch.mask, mask: batch.mask };
    const values = hyper.flatMap((one, m) =>
      hyper
        .slice(m + 1)
        .map((other) =>
          config.hclCandidates === 'all'
            ? infoNceAgainst(gatherRows(one[side], index), other[side], index, config.temperature, counted)
            : infoNce(gatherRows(one[side], index), gatherRows(other[side], index), config.temperature, batch, counted),
        ),
    );
    return scalarOf(tf.mul(tf.addN(values), 1 / values.length));
  };

  return {
    parameters,
    inputs,
    graphs: [
      { name: 'userItem', meaning: 'sym(G), users before items, degrees + 1e-7', matrix: userItemMatrix },
      { name: 'userHistory', meaning: 'R with rows that sum to 1, users × items', matrix: historyMatrix },
      { name: 'userHistorySum', meaning: 'R, users × items', matrix: sumMatrix },
    ],
    loss: (batch, step): LossTermValue[] => {
      const { final, hyper } = views(step);
      const rows = batchRowsOf(nodeTable(final, input.users), batch);
      const contrasts: LossTermValue[] =
        hyper.length > 1
          ? [
              { key: 'contrastUsers', weight: config.contrastWeight, value: contrast(hyper, 'users', batch) },
              { key: 'contrastItems', weight: config.contrastWeight, value: contrast(hyper, 'items', batch) },
            ]
          : [];
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        ...contrasts,
        { key: 'reg', weight: config.regWeight, value: frobeniusRegulariser(rows, batch) },
      ];
    },
    represent: () => splitNodes(views(null).final, input.users),
    dispose: () => {
      [userItem, history, historySum].forEach(disposeSparse);
      modalities.forEach(({ features }) => features.dispose());
      parameters.forEach(disposeParameter);
      tf.dispose([ids.users, ids.items, ...uniforms.values()]);
    },
  };
}

export const model = defineModel(table, build);
