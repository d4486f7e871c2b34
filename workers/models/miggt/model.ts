/**
 * MIG-GT. Hu, Hooi, He, Wei: Modality-Independent Graph Neural Networks with Global Transformers for Multimodal Recommendation, AAAI 2025
 * (arXiv 2412.13994). As the authors' code has it; samples for ranking are drawn once for a run.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import { AppError } from '../../../src/domain/errors';
import type { StepScope } from '../../engine/contract';
import { disposeParameter, newParameter, type Parameter } from '../../engine/parameters';
import { bprLosses } from '../../engine/kernels/bpr';
import { sampledAttention } from '../../engine/kernels/sampledAttention';
import { sumOfSquares } from '../../engine/kernels/sumOfSquares';
import { weightedSum } from '../../engine/kernels/weightedSum';
import { productWithBias } from '../../engine/products';
import type { RowIndex } from '../../engine/rows';
import { matrixOf, scalarOf } from '../../engine/tensors';
import { bipartiteGraph } from '../../graphs/behaviour';
import { symmetricNormalised, withDiagonal } from '../../graphs/csr';
import { diffusion } from '../layers/diffusion';
import { dropout, type DropoutSite } from '../layers/dropout';
import { requireFeatures } from '../layers/features';
import { drawnMatrix, normals } from '../layers/initialisers';
import { batchRowsOf } from '../layers/losses';
import { nodeTable, splitNodes, stackNodes } from '../layers/propagation';
import { defineModel, type BuildContext, type Model } from '../model';
import { modalityEncoders } from './encoders';
import { fixedSamples } from './samples';
import { table } from './table';
import { positionLosses } from './unsmooth';

type Settings = ConfigOf<typeof table>;

/** Columns of queries and keys. */
const HEAD = 4;
/** What the transformer keeps of a row. */
const KEPT = 0.9;

/** Hops of a view; below 0 it is left out. */
function hopsOf(view: string, config: Settings): number {
  const own = new Map([
    ['id', config.hopsId],
    ['text', config.hopsText],
    ['image', config.hopsImage],
  ]);
  return own.get(view) ?? config.hopsOther;
}

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random, progress } = context;
  const { users: userCount, items: itemCount } = input;
  const width = config.embeddingSize;
  const nodes = userCount + itemCount;
  requireFeatures(input.features, table.name);
  const keys = input.features.map(({ key }) => key).filter((key) => hopsOf(key, config) >= 0);
  const own = config.hopsId >= 0;
  if (!own && keys.length === 0) throw noView();
  await progress('building the graph of interactions', null);
  const matrix = symmetricNormalised(withDiagonal(bipartiteGraph(input.train, userCount, itemCount, null), 1));
  const graph = diffusion(matrix, config);

  const embedding = (name: string, meaning: string, rows: number): Parameter =>
    newParameter(name, meaning, [rows, width], normals(random(`init/${name}`), rows * width, 1 / Math.sqrt(width)));
  const userIds = own ? embedding('userEmbedding', 'P, users × d', userCount) : null;
  const itemIds = own && config.itemEmbedding ? embedding('itemEmbedding', 'items × d', itemCount) : null;
  const encoders = await modalityEncoders(context, keys);
  const projection = (name: string, meaning: string): Parameter => drawnMatrix(random, name, meaning, width, HEAD);
  const query = projection('transformer/query/weight', 'queries of the transformer, [in, out]');
  const queryBias = newParameter('transformer/query/bias', 'queries, bias', [HEAD], new Float32Array(HEAD));
  const key = projection('transformer/key/weight', 'keys of the transformer, [in, out]');
  const parameters = [
    ...(userIds ? [userIds] : []),
    ...(itemIds ? [itemIds] : []),
    ...encoders.parameters,
    query,
    queryBias,
    key,
  ];
  const range = (count: number): tf.Tensor1D => tf.keep(tf.range(0, count, 1, 'int32'));
  const ids = { users: range(userCount), items: range(itemCount), nodes: range(nodes) };
  const fixed = fixedSamples(random, nodes, itemCount, config.globalSamples);

  /** `Y`, the sum of the views, `[U + I, d]`; without a step nothing is dropped. */
  const mixed = (step: StepScope | null): tf.Tensor2D => {
    const site = (name: string, rate: number): DropoutSite | null => step && { step, site: name, rate };
    const dropped = (x: tf.Tensor2D, of: tf.Tensor1D, name: string, rate: number): tf.Tensor2D => {
      const place = site(name, rate);
      return place ? dropout(x, of, place) : x;
    };
    const diffused = (view: string, start: tf.Tensor2D): tf.Tensor2D =>
      graph.apply(start, hopsOf(view, config), site(`edge/${view}`, config.edgeDropout));
    const nothing = (rows: number): tf.Tensor2D => tf.fill([rows, width], 0);
    const views: tf.Tensor2D[] = [];
    if (userIds) {
      const start = dropped(matrixOf(userIds.tensor), ids.users, 'node/users', config.userDropout);
      views.push(diffused('id', stackNodes(start, itemIds ? matrixOf(itemIds.tensor) : nothing(itemCount))));
    }
    for (const modality of keys) {
      const start = dropped(encoders.encode(modality, step), ids.items, `node/${modality}`, config.itemDropout);
      views.push(diffused(modality, stackNodes(nothing(userCount), start)));
    }
    const [first] = views;
    const sum = first && views.length === 1 ? first : matrixOf(tf.addN(views));
    return dropped(sum, ids.nodes, 'output', config.outputDropout);
  };
  /** Rows, queries and keys `[U + I, ·]`, and `z`. */
  const transformed = (y: tf.Tensor2D, samples: RowIndex) => {
    const q = productWithBias(y, matrixOf(query.tensor), queryBias.tensor);
    const k = matrixOf(tf.matMul(y, matrixOf(key.tensor)));
    return { y, q, k, z: sampledAttention([y, q, k], samples, { first: userCount, keep: KEPT }) };
  };

  return {
    parameters,
    graphs: [{ name: 'userItem', meaning: 'sym(G + 1), users before items', matrix }],
    inputs: [...encoders.inputs, fixed.input],
    loss: (batch, step) => {
      const samples = step.drawRows('globalSamples', nodes, config.globalSamples, itemCount);
      const made = transformed(mixed(step), samples);
      const rows = batchRowsOf(nodeTable(made.z, userCount), batch);
      const counted = config.reduction === 'sum' ? batch.mask : batch.weights;
      const positions = positionLosses(rows.users, made, { batch, samples, first: userCount, keep: KEPT });
      const squares = tf.mul(sumOfSquares([made.z]), 0.5);
      return [
        {
          key: 'bpr',
          weight: 1,
          value: weightedSum(bprLosses(rows.users, rows.positives, rows.negatives, false), counted),
        },
        { key: 'unsmooth', weight: 1, value: weightedSum(positions, counted) },
        {
          key: 'reg',
          weight: config.regWeight,
          value: scalarOf(config.reduction === 'sum' ? squares : tf.div(squares, batch.rows)),
        },
      ];
    },
    represent: () => splitNodes(transformed(mixed(null), fixed.index()).z, userCount),
    state: encoders.state,
    restoreState: encoders.restore,
    dispose: () => {
      graph.dispose();
      encoders.dispose();
      fixed.dispose();
      tf.dispose(Object.values(ids));
      parameters.forEach(disposeParameter);
    },
  };
}

const noView = (): AppError =>
  new AppError(
    'CONFIG_INVALID',
    'Every view of MIG-GT is left out.',
    'Give the IDs or a modality of the dataset 0 hops or more.',
    { option: 'hopsId' },
  );

export const model = defineModel(table, build);
