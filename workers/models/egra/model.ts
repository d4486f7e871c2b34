/**
 * EGRA. Zhang, Zhou, Zeng, Wang, Niyato, Shen: EGRA: Toward Enhanced Behavior Graphs and Representation Alignment for
 * Multimodal Recommendation (arXiv 2508.16170). MGCN's views on a behaviour graph enhanced by neighbours of pre-trained
 * embeddings, and bi-level weighted alignment of behaviour and modality.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { WEIGHT_EDGES } from './table';
import { rowDots, unitRows } from '../../engine/kernels/rowCosines';
import { maskedSoftmax } from '../../engine/kernels/maskedSoftmax';
import { tripleLogSums } from '../../engine/kernels/tripleLogSums';
import { weightedSum } from '../../engine/kernels/weightedSum';
import { matrixOf, vectorOf } from '../../engine/tensors';
import { behaviourGraph, userFromItem } from '../../graphs/behaviour';
import { cosineGraph } from '../../graphs/neighbours';
import { enhancementRecord, modalityNeighbours, pretrainedEnhancement } from '../layers/itemGraphs';
import { allRows, distinctRows, logSumExpProducts, type LossRows } from '../layers/contrast';
import { batchRowsOf, bprLoss, squaredRegulariser, withoutGradient } from '../layers/losses';
import { multiView } from '../layers/multiView';
import { nodeTable } from '../layers/propagation';
import { defineModel, type BuildContext, type Model } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config } = context;
  const lists = await modalityNeighbours(context, table.name);
  // Enhanced behaviour graph: Ĝ = sym([[0, R], [Rᵀ, S_pt]]).
  const enhancement = config.enhancedGraph ? await pretrainedEnhancement(context) : null;
  const core = await multiView(context, lists, {
    userItem: {
      name: 'userItem',
      meaning: 'Ĝ, users before items',
      matrix: behaviourGraph(input.train, input.users, input.items, 0, enhancement?.block),
    },
    symmetric: enhancement === null,
    userFromItem: {
      name: 'userFromItem',
      meaning: '1/√(deg(u) deg(i)), users × items',
      matrix: userFromItem(input.train, input.users, input.items),
    },
    itemGraph: cosineGraph,
  });
  const regWeight = config.regWeight;
  const distinct = config.batchAs === 'distinct';

  return {
    ...enhancementRecord(enhancement),
    parameters: core.parameters,
    graphs: [...(enhancement ? [enhancement.graph] : []), ...core.graphs],
    gradientShares: core.ids,
    loss: (batch, step) => {
      const views = core.views();
      const rows = batchRowsOf(nodeTable(core.final(views), input.users), batch);
      const behaviour = nodeTable(views.behaviour, input.users);
      const modality = nodeTable(views.modality, input.users);
      const sides = {
        users: side(
          behaviour.users(batch.users),
          modality.users(batch.users),
          distinct ? distinctRows(batch.distinctUsers) : allRows(batch),
        ),
        items: side(
          behaviour.items(batch.positives),
          modality.items(batch.positives),
          distinct ? distinctRows(batch.distinctItems) : allRows(batch),
        ),
      };
      const weight = epochWeight(step.epoch, config);
      const ofUsers = alignment(sides.users, sides.items, config);
      const ofItems = alignment(sides.items, sides.users, config);
      step.observe('epochWeight', tf.scalar(weight));
      step.observe('cosineUsers', weightedMean(ofUsers.cosines, sides.users.rows));
      step.observe('cosineItems', weightedMean(ofItems.cosines, sides.items.rows));
      const count = (of: number): number => (distinct ? of : batch.count);
      step.distribution(
        'weightsUsers',
        () => relative(ofUsers.weights, count(batch.distinctUsers.count)),
        WEIGHT_EDGES,
      );
      step.distribution(
        'weightsItems',
        () => relative(ofItems.weights, count(batch.distinctItems.count)),
        WEIGHT_EDGES,
      );
      return [
        { key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) },
        { key: 'alignUsers', weight, value: ofUsers.loss },
        { key: 'alignItems', weight, value: ofItems.loss },
        { key: 'reg', weight: regWeight, value: squaredRegulariser(rows, batch) },
      ];
    },
    represent: () => core.represent(),
    dispose: () => core.dispose(),
  };
}

/** `λ_min + (p/P)(λ_max − λ_min)` for `p < P`, else `λ_max`; epochs `p` count from 0. */
export function epochWeight(epoch: number, config: Settings): number {
  const max = config.weightMax;
  const min = config.weightMin;
  const ramp = config.weightEpochs;
  return config.epochWeights === 'ramp' && epoch < ramp ? min + (epoch / ramp) * (max - min) : max;
}

/** One side of the batch: unit rows of `e^B`, `e^M` and of the fused `e^f = (e^B + e^M)/2`, `[B, d]` each. */
interface Side {
  readonly behaviour: tf.Tensor2D;
  readonly modality: tf.Tensor2D;
  readonly fused: tf.Tensor2D;
  readonly rows: LossRows;
}

function side(behaviour: tf.Tensor2D, modality: tf.Tensor2D, rows: LossRows): Side {
  return {
    behaviour: unitRows(behaviour),
    modality: unitRows(modality),
    fused: unitRows(matrixOf(tf.add(behaviour, modality))),
    rows,
  };
}

const weightedMean = (values: tf.Tensor1D, { weights }: LossRows): tf.Scalar => weightedSum(values, weights);

/** Weights as multiples of 1/n; rows that are not counted become −1, which no bin takes. */
function relative(weights: tf.Tensor1D, count: number): tf.Tensor1D {
  return vectorOf(tf.where(tf.greater(weights, 0), tf.mul(weights, count), tf.fill(weights.shape, -1)));
}

/**
 * Entity-weighted alignment of one side. Per row, `ℓ = −ln [(exp(cos(e^B, e^M)/τ₂) + φ(e^B, e^f of the other side, e^M | τ₃))
 * / (Σ_v exp(cos(e^B, e^M_v)/τ₂) + Σ_j φ(e^B, e^f_j, e^M | τ₃))]` with `φ(x, y, z | τ) = exp(cos(x, y)/τ) + exp(cos(y, z)/τ)`;
 * weights `softmax((1 − cos(e^B, e^M))/τ₁)` over the batch, through which no gradient flows.
 */
function alignment(
  own: Side,
  other: Side,
  config: Settings,
): { readonly loss: tf.Scalar; readonly weights: tf.Tensor1D; readonly cosines: tf.Tensor1D } {
  const view = 1 / config.temperatureView;
  const fused = 1 / config.temperatureFused;

  const numerator = tripleLogSums(own.behaviour, own.modality, other.fused, { near: view, far: fused });
  const denominator = logSumExpProducts([
    { a: own.behaviour, c: own.modality, scale: view, rows: own.rows },
    { a: own.behaviour, c: other.fused, scale: fused, rows: other.rows },
    { a: own.modality, c: other.fused, scale: fused, rows: other.rows },
  ]);
  const cosines = vectorOf(withoutGradient(rowDots(own.behaviour, own.modality)));
  const weights =
    config.entityWeights === 'uniform'
      ? own.rows.weights
      : maskedSoftmax(cosines, own.rows.mask, -1 / config.temperatureEntity);
  return { loss: weightedSum(tf.sub<tf.Tensor1D>(denominator, numerator), weights), weights, cosines };
}

export const model = defineModel(table, build);
