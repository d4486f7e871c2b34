/**
 * LLMRec. Wei, Ren, Tang, Wang, Su, Cheng, Wang, Yin, Huang: LLMRec: Large Language Models with Graph Augmentation for Recommendation, WSDM 2024
 * (arXiv 2311.00423). As the authors' code has it, where the rows with the largest loss are kept and the regulariser is a reciprocal.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { ConfigOf } from '../../../src/domain/models/table';
import type { Representation } from '../../engine/contract';
import { bprLosses } from '../../engine/kernels/bpr';
import { disposeParameter } from '../../engine/parameters';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { keptRows } from '../../engine/kernels/keptRows';
import { sumOfSquares } from '../../engine/kernels/sumOfSquares';
import { weightedSquares } from '../../engine/kernels/weightedSquares';
import { weightedSum } from '../../engine/kernels/weightedSum';
import { gatherRows } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, scalarOf } from '../../engine/tensors';
import { interactionMatrix, rowsOverRootDegree } from '../../graphs/behaviour';
import { transpose } from '../../graphs/csr';
import { sideBySide, unitBlocks } from '../layers/encoder';
import { forEachFeature, requireFeatures } from '../layers/features';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { drawnMatrix, xavierUniform } from '../layers/initialisers';
import { linear, type Linear } from '../layers/linear';
import { batchRows, type BatchRows } from '../layers/losses';
import { defineModel, type Batch, type BuildContext, type LossTermValue, type Model } from '../model';
import { table } from './table';
import { stacked, textFindings, textInputs, textsOf } from './texts';

type Settings = ConfigOf<typeof table>;

/** Users' and items' rows of several views, one beside the other: `[U, C·d]`, `[I, C·d]`. */
interface Views {
  readonly users: tf.Tensor2D;
  readonly items: tf.Tensor2D;
}

/** Throws `MODEL_NEEDS_FEATURES`, and `CONFIG_INVALID` as `frozenTable` does. */
async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  requireFeatures(input.features, table.name);
  const width = config.embeddingSize;
  const texts = textsOf(context);
  const interactions = interactionMatrix(input.train, input.users, input.items);
  const fromItemsMatrix = rowsOverRootDegree(interactions);
  const fromUsersMatrix = rowsOverRootDegree(transpose(interactions));
  const fromItems = sparseTensor(fromItemsMatrix, false);
  const fromUsers = sparseTensor(fromUsersMatrix, false);

  const layer = (name: string, meaning: string, columns: number): Linear =>
    linear(name, meaning, columns, width, random, xavierUniform);
  const userIds = drawnMatrix(random, 'userEmbedding', 'users × d', input.users, width);
  const itemIds = drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width);
  const modalities = await forEachFeature(input.features, async (feature) => ({
    key: feature.key,
    features: await frozenTable(feature, storageOf(config)),
    project: layer(`project/${feature.key}`, `projection, ${feature.key}`, feature.columns),
  }));
  const count = texts.attributes.length;
  const scored = texts.profiles !== null && count > 0;
  // Without a share, and without a term that reads them, nothing would reach the layer.
  const profile =
    texts.profiles && (scored || config.profileShare > 0)
      ? {
          vectors: await frozenTable(texts.profiles, storageOf(config)),
          project: layer('profile', 'projection of the profiles', texts.profiles.columns),
        }
      : null;
  const [firstAttribute] = texts.attributes;
  const attributes =
    firstAttribute && (scored || config.attributeShare > 0)
      ? {
          vectors: await frozenTable(
            { key: 'of attributes', ...stacked(texts.attributes, input.items) },
            storageOf(config),
          ),
          project: layer('attribute', 'projection of all attributes', firstAttribute.columns),
        }
      : null;
  const own = [
    userIds,
    itemIds,
    ...modalities.flatMap(({ project }) => project.parameters),
    ...(profile?.project.parameters ?? []),
    ...(attributes?.project.parameters ?? []),
  ];

  /** What becomes of items' rows: users' `Q x`, items' `Q′ Q x`. */
  const through = (x: tf.Tensor2D): Views => {
    const users = sparseProduct(fromItems, x);
    return { users, items: sparseProduct(fromUsers, users) };
  };
  const modal = (): Views => through(sideBySide(modalities.map(({ features, project }) => features.through(project))));
  const ofAttributes = (): Views | null =>
    attributes &&
    through(matrixOf(tf.reshape(attributes.vectors.through(attributes.project), [input.items, count * width])));
  const ofProfiles = (): Views | null => {
    if (!profile) return null;
    const items = sparseProduct(fromUsers, profile.vectors.through(profile.project));
    return { users: sparseProduct(fromItems, items), items };
  };

  /** Means of the IDs' layers, each of items made of the users just made; the last ones go through a softmax. */
  const ids = (): Representation => {
    const [users, items] = [[matrixOf(userIds.tensor)], [matrixOf(itemIds.tensor)]];
    let current = matrixOf(itemIds.tensor);
    for (let step = 1; step <= config.layers; step++) {
      const last = (x: tf.Tensor2D): tf.Tensor2D => (step === config.layers ? tf.softmax(x) : x);
      const made = last(sparseProduct(fromItems, current));
      current = last(sparseProduct(fromUsers, made));
      users.push(made);
      items.push(current);
    }
    const mean = (all: tf.Tensor2D[]): tf.Tensor2D => matrixOf(tf.mul(tf.addN(all), 1 / all.length));
    return { users: mean(users), items: mean(items) };
  };
  const views = () => ({ modal: modal(), attributes: ofAttributes(), profile: ofProfiles() });
  /** IDs, and shares of each view's unit rows. */
  const joined = (all: ReturnType<typeof views>): Representation => {
    const own = ids();
    const parts = [
      { view: all.modal, share: config.modalityShare },
      { view: all.attributes, share: config.attributeShare },
      { view: all.profile, share: config.profileShare },
    ];
    const side = (of: 'users' | 'items'): tf.Tensor2D =>
      matrixOf(
        tf.addN([own[of], ...parts.flatMap(({ view, share }) => (view ? [sharesOf(view[of], width, share)] : []))]),
      );
    return { users: side('users'), items: side('items') };
  };

  return {
    parameters: own,
    graphs: [
      { name: 'userFromItem', meaning: 'D_u^(−1/2) R, users × items', matrix: fromItemsMatrix },
      { name: 'itemFromUser', meaning: 'D_i^(−1/2) Rᵀ, items × users', matrix: fromUsersMatrix },
    ],
    inputs: textInputs(texts),
    findings: textFindings(texts, input),
    loss: (batch): LossTermValue[] => {
      const all = views();
      const { users, items } = joined(all);
      const rows = batchRows(users, items, batch);
      const ofModalities = batchRows(all.modal.users, all.modal.items, batch);
      const pruned = prunedLosses(config, batch, width);
      const modalLosses = pruned(ofModalities);
      return [
        { key: 'bpr', weight: 1, value: pruned(rows)(0, 1) },
        ...modalities.map(({ key }, place) => ({
          key: `bpr/${key}`,
          weight: config.modalityWeight,
          value: modalLosses(place, place + 1),
        })),
        ...(all.profile && all.attributes
          ? [
              {
                key: 'attributes',
                weight: config.attributeWeight,
                value: pruned(attributeRows(all.profile, all.attributes, batch, count))(0, count),
              },
            ]
          : []),
        {
          key: 'featureReg',
          weight: config.featureRegWeight,
          value: scalarOf(tf.mul(sumOfSquares([all.modal.users, all.modal.items]), 0.5 / input.items)),
        },
        { key: 'reg', weight: config.regWeight, value: regularised(rows, batch, config) },
      ];
    },
    represent: () => joined(views()),
    dispose: () => {
      [fromItems, fromUsers].forEach(disposeSparse);
      modalities.forEach(({ features }) => features.dispose());
      profile?.vectors.dispose();
      attributes?.vectors.dispose();
      own.forEach(disposeParameter);
    },
  };
}

/** `share Σ_c unit(x_c)` of the `C` blocks of `x [n, C·d]`, `[n, d]`. */
function sharesOf(x: tf.Tensor2D, width: number, share: number): tf.Tensor2D {
  const unit = unitBlocks(x, width);
  const blocks = x.shape[1] / width;
  if (blocks === 1) return matrixOf(tf.mul(unit, share));
  return tf.matMul(unit, matrixOf(tf.tile(tf.mul(tf.eye(width), share), [blocks, 1])));
}

/** Users as the profiles show them, beside items as each attribute does. */
function attributeRows(profile: Views, attributes: Views, batch: Batch, count: number): BatchRows {
  const users = gatherRows(profile.users, batch.users);
  return {
    users: matrixOf(tf.tile(users, [1, count])),
    positives: gatherRows(attributes.items, batch.positives),
    negatives: gatherRows(attributes.items, batch.negatives),
  };
}

/**
 * BPR of rows `[B, C·d]`, for each of the `C` views by itself: of views `first … end − 1` the sum of the means of `−ln σ(x)` over the rows that are kept. The
 * code adds 1e-8 to `x`, which single precision does not see.
 */
function prunedLosses({ pruneRate, keep }: Settings, batch: Batch, width: number) {
  return ({ users, positives, negatives }: BatchRows): ((first: number, end: number) => tf.Scalar) => {
    const [rows, columns] = users.shape;
    const ratio = negatives.shape[0] / rows;
    const each = (x: tf.Tensor): tf.Tensor2D => matrixOf(tf.reshape(x, [x.size / width, width]));
    // The negatives of a row and view stand next to each other.
    const byView =
      ratio === 1
        ? negatives
        : tf.transpose(tf.reshape(negatives, [rows, ratio, columns / width, width]), [0, 2, 1, 3]);
    const losses = bprLosses(each(users), each(positives), each(byView), false);
    const which = keep === 'largestLoss' ? 'largest' : 'smallest';
    return (first, end) =>
      weightedSum(losses, keptRows(losses, batch.mask, { share: 1 - pruneRate, which, columns: [first, end] }));
  };
}

/** `Σ 1/(2 Σx² + 1e-8)` or `½ Σ Σx²` over the three tables of the batch's real rows, divided by the configured batch size. */
function regularised(rows: BatchRows, batch: Batch, { regulariser, batchSize }: Settings): tf.Scalar {
  const tables = [
    [rows.users, batch.mask],
    [rows.positives, batch.mask],
    [rows.negatives, batch.negativeMask],
  ] as const;
  if (regulariser === 'squared') return weightedSquares(tables, 0.5 / batchSize);
  const parts = tables.map((one) => tf.reciprocal(tf.add(weightedSquares([one], 2), 1e-8)));
  return scalarOf(tf.mul(tf.addN(parts), 1 / batchSize));
}

export const model = defineModel(table, build);
