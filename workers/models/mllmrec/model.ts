/**
 * MLLMRec. Dang, Zhang, Pan, Duan, Chen, Cai, Chen: MLLMRec: A Preference Reasoning Paradigm with Graph Refinement for
 * Multimodal Recommendation (arXiv 2508.15304). Item descriptions and user profiles, encoded and frozen; items smoothed
 * once over a refined item–item graph; each side through a two-layer network; inner product, trained by BPR alone.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import { at } from '../../../src/domain/at';
import * as tf from '@tensorflow/tfjs-core';
import type { Finding } from '../../../src/domain/observations';
import { disposeParameter, newParameter, type Parameter } from '../../engine/parameters';
import { sparseProduct, type SparseTensor } from '../../engine/kernels/csrProduct';
import { unitRows } from '../../engine/kernels/rowCosines';
import type { RowIndex } from '../../engine/rows';
import { heldRows, hostMatrix, readAll, type RowSource } from '../../engine/rowSource';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { matrixOf } from '../../engine/tensors';
import { behaviourGraph } from '../../graphs/behaviour';
import { multiplyRows, symmetricNormalised, type Csr } from '../../graphs/csr';
import type { NeighbourLists } from '../../graphs/neighbours';
import { trainedTable } from '../layers/features';
import { linearOf } from '../layers/linear';
import { frozenTable, storageOf, type RowTable } from '../layers/frozenTable';
import { linearUniform, xavierUniform } from '../layers/initialisers';
import { itemNeighbours, refined, similarityFinding } from '../layers/itemGraphs';
import { batchRows, bprLoss } from '../layers/losses';
import { splitNodes, stackNodes } from '../layers/propagation';
import { itemVectors, scaled, userProfiles, vectorInputs } from './vectors';
import type { Representation } from '../../engine/contract';
import { defineModel, type BuildContext, type Model, type NamedGraph } from '../model';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** Slope of LeakyReLU. */
const SLOPE = 0.01;
/** Layers of the optional user–item convolution; layers 0…2 are summed. */
const CONVOLUTIONS = 2;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random, progress } = context;
  const itemSource = itemVectors(context);
  const scale = config.featureScale;
  const lists = await itemNeighbours(context, itemSource, config.neighbours, true);
  const refinement = refined(context, lists, config.threshold, config.cooccurrence);
  const itemGraph = symmetricNormalised(refinement.matrix);
  await progress('smoothing the item vectors', null);
  // E*_I = Σ_l N̂^l X_I: constant, computed once.
  const smoothed = await sumOfLayers(itemGraph, await scaled(itemSource, scale), config.layers);
  const items = await frozenTable({ ...smoothed, key: itemSource.key }, storageOf(config));
  const profiles = await userProfiles(context, itemSource, scale);
  const trained = 'tensor' in profiles.table ? [profiles.table] : [];
  const users =
    'tensor' in profiles.table
      ? trainedTable(profiles.table)
      : await frozenTable({ ...profiles.table, key: 'of users' }, storageOf(config));
  const user = network('user', profiles.columns, true, config, random);
  const item = network('item', itemSource.columns, false, config, random);

  const userItemMatrix = config.userItemConvolution ? behaviourGraph(input.train, input.users, input.items, 0) : null;
  const userItem = userItemMatrix && sparseTensor(userItemMatrix, true);
  const graphs: NamedGraph[] = [
    { name: 'items', meaning: 'N̂ = sym(S + C), items × items', matrix: itemGraph },
    ...(userItemMatrix ? [{ name: 'userItem', meaning: 'sym(G), users before items', matrix: userItemMatrix }] : []),
  ];
  const represent = (): Representation => {
    const own = { users: user.all(users), items: item.all(items) };
    return userItem ? convolved(userItem, own, input.users) : own;
  };

  return {
    parameters: [...trained, ...user.parameters, ...item.parameters],
    graphs,
    inputs: vectorInputs(itemSource, profiles),
    findings: [
      ...findingsOf(refinement, lists, itemGraph, profiles.note),
      similarityFinding(lists, itemSource.key, config.threshold ? config.minSimilarity : null),
    ],
    loss: (batch) => {
      if (userItem) {
        const { users: all, items: every } = represent();
        return [{ key: 'bpr', weight: 1, value: bprLoss(batchRows(all, every, batch), batch, false) }];
      }
      // Only the batch's rows pass the networks.
      const rows = {
        users: user.some(users, batch.users),
        positives: item.some(items, batch.positives),
        negatives: item.some(items, batch.negatives),
      };
      return [{ key: 'bpr', weight: 1, value: bprLoss(rows, batch, false) }];
    },
    represent,
    dispose: () => {
      [items, users].forEach((table) => table.dispose());
      [...user.parameters, ...item.parameters].forEach(disposeParameter);
      if (userItem) disposeSparse(userItem);
    },
  };
}

/** `Σ_{l=0}^{L} Â^l X` */
async function sumOfLayers(graph: Csr, start: RowSource, layers: number): Promise<RowSource> {
  const { rows, columns } = start;
  let current = await readAll(start);
  if (layers === 0) return heldRows(current, rows, columns);
  const total = hostMatrix(rows, columns);
  total.set(current);
  let next: Float32Array = hostMatrix(rows, columns);
  for (let l = 0; l < layers; l++) {
    [current, next] = [multiplyRows(graph, current, columns, next.fill(0)), current];
    current.forEach((value, i) => (total[i] = at(total, i) + value));
  }
  return heldRows(total, rows, columns);
}

interface Network {
  readonly parameters: readonly Parameter[];
  /** All rows of a table, `[rows, d]`, and those that a batch names. */
  all(table: RowTable): tf.Tensor2D;
  some(table: RowTable, index: RowIndex): tf.Tensor2D;
}

/** `W₂ LeakyReLU(x W₁ + b₁) + b₂`, `d_t → hidden → d`. The items' last bias cancels in BPR and is left out. */
function network(
  side: string,
  inputs: number,
  lastBias: boolean,
  config: Settings,
  random: BuildContext<Settings>['random'],
): Network {
  const hidden = config.hiddenSize;
  const outputs = config.embeddingSize;
  const weight = (name: string, rows: number, columns: number): Parameter => {
    const stream = random(`init/${side}/${name}/weight`);
    const start =
      config.initialiser === 'xavier'
        ? xavierUniform(stream, rows, columns)
        : linearUniform(stream, rows, rows * columns);
    return newParameter(`${side}/${name}/weight`, `${side} network, ${name} layer, [in, out]`, [rows, columns], start);
  };
  const bias = (name: string, rows: number, columns: number): Parameter =>
    newParameter(
      `${side}/${name}/bias`,
      `${side} network, ${name} layer, bias`,
      [columns],
      linearUniform(random(`init/${side}/${name}/bias`), rows, columns),
    );
  const first = linearOf(weight('hidden', inputs, hidden), bias('hidden', inputs, hidden));
  const second = { weight: weight('output', hidden, outputs), bias: lastBias ? bias('output', hidden, outputs) : null };
  const last = (inner: tf.Tensor2D): tf.Tensor2D => {
    const outer = tf.matMul(matrixOf(tf.leakyRelu(inner, SLOPE)), matrixOf(second.weight.tensor));
    return matrixOf(second.bias ? tf.add(outer, second.bias.tensor) : outer);
  };
  return {
    parameters: [...first.parameters, second.weight, ...(second.bias ? [second.bias] : [])],
    all: (table) => last(table.through(first)),
    some: (table, index) => last(first.apply(table.rows(index))),
  };
}

/** w/ GCN_UI: `H + Σ_{l=0}^{2} Ĝ^l N` with `N` the unit rows of `[H_U; H_I]`. */
function convolved(graph: SparseTensor, { users, items }: Representation, userCount: number): Representation {
  const own = stackNodes(users, items);
  const all = [unitRows(own)];
  for (let l = 0; l < CONVOLUTIONS; l++) all.push(sparseProduct(graph, all[l] ?? own));
  return splitNodes(matrixOf(tf.addN([own, ...all])), userCount);
}

function findingsOf(
  refinement: { matrix: Csr; dropped: number; added: number },
  lists: NeighbourLists,
  graph: Csr,
  note: string | null,
): Finding[] {
  const before = lists.indices.reduce((sum, item) => sum + (item >= 0 ? 1 : 0), 0);
  const inDegrees = new Int32Array(graph.rows);
  graph.indices.forEach((item) => (inDegrees[item] = at(inDegrees, item) + 1));
  const isolated = Array.from({ length: graph.rows }, (_, row) => row).filter(
    (row) => graph.pointers[row] === graph.pointers[row + 1],
  ).length;
  return [
    ...(note ? [{ kind: 'note', key: 'profiles', title: 'User vectors', text: note } as const] : []),
    {
      kind: 'numbers',
      key: 'refined',
      title: 'Refined item graph',
      rows: [
        { label: 'semantic edges found', value: before },
        { label: 'dropped by the threshold α', value: refinement.dropped },
        { label: 'added by co-occurrence', value: refinement.added },
        { label: 'edges kept', value: graph.indices.length },
        { label: 'mean degree before', value: before / Math.max(1, graph.rows) },
        { label: 'mean degree after', value: graph.indices.length / Math.max(1, graph.rows) },
        { label: 'largest in-degree after', value: inDegrees.reduce((max, value) => Math.max(max, value), 0) },
        { label: 'items without an edge', value: isolated },
      ],
    },
  ];
}

export const model = defineModel(table, build);
