/**
 * SiMGR: sign-aware multimodal graph recommendation. Base: LightGCN and propagated modality vectors. PST: personal sign
 * thresholds. APFI: adaptive pseudo feedback. SGA: signed graph encoders with attention.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { disposeParameter, type Parameter } from '../../engine/parameters';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf, scalarOf } from '../../engine/tensors';
import { behaviourGraph, historyMean } from '../../graphs/behaviour';
import { forEachFeature, requireFeatures } from '../layers/features';
import { rowCosines, unitRows } from '../../engine/kernels/rowCosines';
import { linear } from '../layers/linear';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { drawnMatrix, linearMatrix } from '../layers/initialisers';
import { allRows, infoNce, maskLogits } from '../layers/contrast';
import { batchMean, batchRowsOf, bprLoss, squaredRegulariser, withoutGradient, type BatchRows } from '../layers/losses';
import { lastLayer, meanOfLayers, nodeTable, splitNodes, stackNodes } from '../layers/propagation';
import { deviceSigns, signsOfBatch } from '../layers/signs';
import { signedPairs, signFindings } from './signs';
import type { Representation } from '../../engine/contract';
import { defineModel, type Batch, type BuildContext, type LossTermValue, type Model, type NamedGraph } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  requireFeatures(input.features, 'SiMGR');
  const width = config.embeddingSize;
  const signed = config.signed;
  const signs = await signedPairs(context);
  const pairSigns = deviceSigns(signs.signs);

  // Without signed encoders there is no pseudo feedback either: what is positive is what the users liked.
  const seen = !signed && config.likedGraph ? signs.positive : input.train;
  const userItemMatrix = behaviourGraph(seen, input.users, input.items, 0);
  const historyMatrix = historyMean(seen, input.users, input.items);
  const signedGraphs: NamedGraph[] = signed
    ? [
        {
          name: 'positive',
          meaning: 'sym(A⁺) with pseudo edges, users before items',
          matrix: behaviourGraph(signs.positive, input.users, input.items, 0),
        },
        {
          name: 'negative',
          meaning: 'sym(A⁻) with pseudo edges, users before items',
          matrix: behaviourGraph(signs.negative, input.users, input.items, 0),
        },
      ]
    : [];
  const userItem = sparseTensor(userItemMatrix, true);
  const history = sparseTensor(historyMatrix, false);
  const [positive, negative] = signedGraphs.map(({ matrix }) => sparseTensor(matrix, true));

  const vector = (name: string, meaning: string): Parameter =>
    drawnMatrix(random, name, meaning, width, 1, linearMatrix);
  const ids = [
    drawnMatrix(random, 'userEmbedding', 'users × d', input.users, width),
    drawnMatrix(random, 'itemEmbedding', 'items × d', input.items, width),
  ];
  const modalities = await forEachFeature(input.features, async (feature) => ({
    features: await frozenTable(feature, storageOf(config)),
    project: linear(`project/${feature.key}`, `projection, ${feature.key}`, feature.columns, width, random),
  }));
  const modalityQuery =
    config.modalityFusion === 'attention' ? vector('modalityQuery', 'attention query q over modalities') : null;
  const encoders = signed ? signedEncoders() : null;
  const parameters = [
    ...ids,
    ...modalities.flatMap(({ project }) => project.parameters),
    ...(modalityQuery ? [modalityQuery] : []),
    ...(encoders?.parameters ?? []),
  ];

  function signedEncoders() {
    const own = config.shareEmbeddings
      ? null
      : [
          drawnMatrix(random, 'signedUserEmbedding', 'T, users × d', input.users, width),
          drawnMatrix(random, 'signedItemEmbedding', 'T, items × d', input.items, width),
        ];
    const hidden = linear('negative/hidden', 'negative encoder, hidden layer', width, width, random);
    const output = linear('negative/output', 'negative encoder, last layer', width, width, random);
    const queries = [vector('positiveQuery', 'attention vector w⁺'), vector('negativeQuery', 'attention vector w⁻')];
    return {
      tables: own ?? ids,
      hidden,
      output,
      queries,
      parameters: [...(own ?? []), ...hidden.parameters, ...output.parameters, ...queries],
    };
  }
  const stack = (tables: readonly Parameter[]): tf.Tensor2D => stackNodes(tensorOf(tables[0]), tensorOf(tables[1]));

  /** `E_ig` of the unsigned graph, and with SGA what the signed encoders add: `E_ig + ReLU(α⁺Z⁺ + α⁻Z⁻)`. */
  const interaction = (): tf.Tensor2D => {
    const plain = meanOfLayers(userItem, stack(ids), config.layers);
    if (!encoders || !positive || !negative) return plain;
    const start = stack(encoders.tables);
    const liked = meanOfLayers(positive, start, config.layers);
    const disliked = encoders.output.apply(
      encoders.hidden.apply(sparseProduct(negative, start), { activation: 'relu' }),
    );
    const [likedQuery, dislikedQuery] = encoders.queries.map(tensorOf);
    if (!likedQuery || !dislikedQuery) throw new Error('SiMGR has lost its attention vectors.');
    const share = positiveShare(
      matrixOf(tf.matMul(liked, likedQuery)),
      matrixOf(tf.matMul(disliked, dislikedQuery)),
      config.attention,
    );
    return matrixOf(tf.add(plain, tf.relu(tf.add(tf.mul(liked, share), tf.mul(disliked, tf.sub(1, share))))));
  };
  /** `Ê`: modality vectors of items, of users by their history, propagated; last layer, fused over modalities. */
  const content = (): tf.Tensor2D => {
    const perModality = modalities.map(({ features, project }) => {
      const items = features.through(project);
      return lastLayer(userItem, stackNodes(sparseProduct(history, items), items), config.modalityLayers);
    });
    return fuse(perModality, modalityQuery && tensorOf(modalityQuery));
  };
  const embeddings = (): { interaction: tf.Tensor2D; final: tf.Tensor2D } => {
    const own = interaction();
    return { interaction: own, final: matrixOf(tf.add(own, content())) };
  };

  return {
    parameters,
    graphs: [
      { name: 'userItem', meaning: 'sym(G), users before items', matrix: userItemMatrix },
      { name: 'userHistory', meaning: 'R with rows that sum to 1, users × items', matrix: historyMatrix },
      ...signedGraphs,
    ],
    inputs: [
      {
        name: 'signs',
        meaning: '1 liked, 0 not, by row of the training pairs',
        shape: [signs.signs.length],
        read: async () => Float32Array.from(signs.signs),
      },
    ],
    findings: signFindings(context, signs),
    loss: (batch) => {
      const all = embeddings();
      const rows = batchRowsOf(nodeTable(all.final, input.users), batch);
      const batchSigns = signed || config.positivesOnly ? signsOfBatch(pairSigns, batch) : null;
      const terms: LossTermValue[] = [
        {
          key: 'bpr',
          weight: 1,
          value: config.positivesOnly && batchSigns ? likedBpr(rows, batch, batchSigns) : bprLoss(rows, batch, false),
        },
      ];
      if (signed && batchSigns) {
        const own = nodeTable(all.interaction, input.users);
        const contrast = (anchors: tf.Tensor2D, candidates: tf.Tensor2D): tf.Scalar =>
          config.literalContrast
            ? literalContrast(anchors, candidates, config.temperature, batch)
            : infoNce(anchors, candidates, config.temperature, batch);
        terms.push(
          { key: 'sign', weight: config.signWeight, value: signLoss(rows, batchSigns, batch, config) },
          { key: 'contrastUsers', weight: config.contrastWeight, value: contrast(own.users(batch.users), rows.users) },
          {
            key: 'contrastItems',
            weight: config.contrastWeight,
            value: contrast(own.items(batch.positives), rows.positives),
          },
        );
      }
      return [...terms, { key: 'reg', weight: config.regWeight, value: squaredRegulariser(rows, batch) }];
    },
    represent: (): Representation => splitNodes(embeddings().final, input.users),
    dispose: () => {
      [userItem, history, ...(positive && negative ? [positive, negative] : [])].forEach(disposeSparse);
      pairSigns.dispose();
      modalities.forEach(({ features }) => features.dispose());
      parameters.forEach(disposeParameter);
    },
  };
}

function tensorOf(parameter: Parameter | undefined): tf.Tensor2D {
  if (!parameter) throw new Error('SiMGR has lost a parameter.');
  return matrixOf(parameter.tensor);
}

/** `Σ_m a_m Ê^m` with `a = softmax_m(q·Ê^m)` per node; without a query the sum of unit vectors. */
function fuse(views: readonly tf.Tensor2D[], query: tf.Tensor2D | null): tf.Tensor2D {
  if (!query) return matrixOf(tf.addN(views.map((view) => unitRows(view))));
  const shares = matrixOf(
    tf.softmax(
      tf.concat(
        views.map((view) => matrixOf(tf.matMul(view, query))),
        1,
      ),
    ),
  );
  return matrixOf(tf.addN(views.map((view, m) => tf.mul(view, tf.slice(shares, [0, m], [view.shape[0], 1])))));
}

/** Distance from a pole that the printed ratio is kept. */
const POLE = 1e-6;

/** `α⁺ = σ(2a⁺ − 1)`, `a⁺ = p/(p + n)`, `[nodes, 1]`; `softplus` takes p and n through softplus first. */
function positiveShare(liked: tf.Tensor2D, disliked: tf.Tensor2D, attention: string): tf.Tensor2D {
  const soft = attention === 'softplus';
  const p = soft ? tf.softplus(liked) : liked;
  const n = soft ? tf.softplus(disliked) : disliked;
  const sum = tf.add(p, n);
  return matrixOf(tf.sigmoid(tf.sub(tf.mul(tf.div(p, soft ? sum : awayFromPole(sum)), 2), 1)));
}

/** `x` where `|x| ≥ 1e-6`, else ±1e-6 with its sign. */
function awayFromPole(x: tf.Tensor): tf.Tensor {
  const far = withoutGradient(x, (value) => tf.cast(tf.greaterEqual(tf.abs(value), POLE), 'float32'));
  const least = withoutGradient(x, (value) =>
    tf.mul(tf.sub(tf.mul(tf.cast(tf.greaterEqual(value, 0), 'float32'), 2), 1), POLE),
  );
  return tf.add(tf.mul(x, far), tf.mul(least, tf.sub(1, far)));
}

/** Liked pairs `1 − cos`, disliked pairs `γ max(0, cos − ψ)`, mean over the batch's pairs. */
function signLoss(rows: BatchRows, liked: tf.Tensor1D, batch: Batch, config: Settings): tf.Scalar {
  const cosines = rowCosines(rows.users, rows.positives);
  const pushed = tf.mul(tf.relu(tf.sub(cosines, config.margin)), config.negativeWeight);
  return batchMean(tf.add<tf.Tensor1D>(tf.mul(tf.sub(1, cosines), liked), tf.mul(pushed, tf.sub(1, liked))), batch);
}

/** BPR's mean over the liked pairs of the batch only. */
function likedBpr(rows: BatchRows, batch: Batch, liked: tf.Tensor1D): tf.Scalar {
  const weights = tf.mul(liked, batch.mask);
  const count = tf.maximum(tf.sum(weights), 1);
  return bprLoss(rows, { weights: tf.div<tf.Tensor1D>(weights, count) }, false);
}

/** The printed denominator: every row's own pair. `−ln [exp(cos(a_b, c_b)/τ) / Σ_z exp(cos(a_z, c_z)/τ)]`, mean over rows. */
function literalContrast(anchors: tf.Tensor2D, candidates: tf.Tensor2D, temperature: number, batch: Batch): tf.Scalar {
  const own = tf.mul<tf.Tensor1D>(rowCosines(anchors, candidates), 1 / temperature);
  const total = tf.logSumExp(maskLogits(own, allRows(batch)));
  return scalarOf(tf.sub(total, batchMean(own, batch)));
}

export const model = defineModel(table, build);
