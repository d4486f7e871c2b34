/**
 * MAGNET: modality-guided mixture of graph experts with entropy-triggered routing. Two views of the user–item graph,
 * modality cues, experts with fixed modality shares, a router per pair, and a regulariser in two stages.
 */
import type { ConfigOf } from '../../../src/domain/models/table';
import * as tf from '@tensorflow/tfjs-core';
import {
  batchRoutingKey,
  familyMassOf,
  relianceOf,
  routingGroups,
  routingStatistics,
} from '../../../src/domain/routing';
import type { Observations } from '../../../src/domain/observations';
import { readFloats } from '../../engine/backends';
import { disposeParameter, newParameter } from '../../engine/kernels/adam';
import { sparseProduct } from '../../engine/kernels/csrProduct';
import { expertScores } from '../../engine/kernels/expertScores';
import { gatherRows, type RowIndex } from '../../engine/rows';
import { disposeSparse, sparseTensor } from '../../engine/sparse';
import { floats, integers, matrixOf, scalarOf, vectorOf } from '../../engine/tensors';
import { behaviourGraph, historyMean, type Pairs } from '../../graphs/behaviour';
import { linear, requireFeatures } from '../layers/features';
import { frozenTable, storageOf } from '../layers/frozenTable';
import { xavierUniform } from '../layers/initialisers';
import { experts as expertHeads } from './heads';
import { distinctRows, infoNceBothWays } from '../layers/contrast';
import { batchMean, squaresOf } from '../layers/losses';
import { probabilities, renormalised, router as newRouter, stageMachine } from './router';
import { meanThrough, splitNodes, stackNodes } from '../layers/propagation';
import { standardisedUnitRows } from '../layers/scaling';
import { inducedView, inductionFindings, sampledGraph, viewLayers } from './views';
import type { Representation, StepScope } from '../../engine/contract';
import {
  defineModel,
  type Batch,
  type BuildContext,
  type LossTermValue,
  type Model,
  type NamedGraph,
  type PairRouting,
  type RoutedProbabilities,
} from '../model';
import { expertsOf, familiesOf } from './experts.table';
import { table } from './table';

type Settings = ConfigOf<typeof table>;

/** Pairs whose routing is computed at once. */
const PAIRS_PER_BLOCK = 8192;

async function build(context: BuildContext<Settings>): Promise<Model> {
  const { input, config, random } = context;
  requireFeatures(input.features, 'MAGNET');
  const width = config.embeddingSize;
  const layers = config.layers;
  const dual = config.view === 'dual';
  const leaveOneOut = config.userCue === 'leaveOneOut';
  const fanOut = config.fanOut;
  const groups = routingGroups(input.features.map(({ key }) => key));
  const list = expertsOf(config, groups);
  const routed = config.experts && list.length > 1;
  const top = Math.min(config.topExperts, list.length);

  const induced = dual ? await inducedView(context) : null;
  const viewGraphs: NamedGraph[] = [
    {
      name: 'userItem',
      meaning: 'sym of the training edges, users before items',
      matrix: behaviourGraph(input.train, input.users, input.items, 0),
    },
    ...(induced
      ? [
          {
            name: 'userItemInduced',
            meaning: 'sym of training and induced edges, users before items',
            matrix: behaviourGraph(induced.joined, input.users, input.items, 0),
          },
        ]
      : []),
  ];
  const historyGraph: NamedGraph = {
    name: 'userHistory',
    meaning: 'R with rows that sum to 1, users × items',
    matrix: historyMean(input.train, input.users, input.items),
  };
  const views = viewGraphs.map(({ matrix }) => sparseTensor(matrix, true));
  const history = sparseTensor(historyGraph.matrix, false);
  const historyLengths = tf.keep(
    floats(
      Float32Array.from(
        { length: input.users },
        (_, u) => (historyGraph.matrix.pointers[u + 1] ?? 0) - (historyGraph.matrix.pointers[u] ?? 0),
      ),
    ),
  );
  let sampled = viewLayers(views, layers);

  const userIds = newParameter(
    'userEmbedding',
    'users × d',
    [input.users, width],
    xavierUniform(random('init/userEmbedding'), input.users, width),
  );
  const itemIds = newParameter(
    'itemEmbedding',
    'items × d',
    [input.items, width],
    xavierUniform(random('init/itemEmbedding'), input.items, width),
  );
  const cues = input.features.map((feature) => {
    const values =
      config.featureScale === 'standardise'
        ? standardisedUnitRows(feature.values, feature.rows, feature.columns)
        : feature.values;
    return {
      features: frozenTable({ ...feature, values }, storageOf(config)),
      project: linear(`cue/${feature.key}`, `cue of ${feature.key}`, feature.columns, width, random),
    };
  });
  const heads = expertHeads(list, groups.length, config, random);
  const route = routed ? newRouter(config, list.length, random) : null;
  const perEpoch = Math.ceil(input.train.users.length / config.batchSize);
  const stage = stageMachine(
    {
      weight: config.routingWeight,
      stages: config.stages,
      stageWeights: config.stageWeights,
      threshold: config.entropyThreshold,
      window: config.coverageWindow,
      minSteps: Math.round(config.minCoverageEpochs * perEpoch),
      switchStep: config.switchStep,
    },
    Math.max(2, list.length),
  );
  const parameters = [
    userIds,
    itemIds,
    ...cues.flatMap(({ project }) => project.parameters),
    ...heads.parameters,
    ...(route?.parameters ?? []),
  ];

  /** `z` of each view, and of both together. */
  const encode = (graphs: typeof sampled): { perView: tf.Tensor2D[]; z: Representation } => {
    const ids = stackNodes(matrixOf(userIds.tensor), matrixOf(itemIds.tensor));
    const perView = graphs.map((ofLayers) => meanThrough(ofLayers, ids));
    return { perView, z: splitNodes(matrixOf(tf.mul(tf.addN(perView), 1 / perView.length)), input.users) };
  };
  /** `h_i^m = X_m W_m + b_m` and its mean over the history, `[I, d]` and `[U, d]`. */
  const cueTables = () =>
    cues.map(({ features, project }) => {
      const items = features.through(project);
      return { items, users: sparseProduct(history, items) };
    });
  /** `(n h_u − h_i)/(n − 1)`, 0 where the row's own item is all there is. */
  const withoutOwn = (mean: tf.Tensor2D, own: tf.Tensor2D, batch: Batch): tf.Tensor2D => {
    const n = tf.reshape(tf.gather(historyLengths, batch.users.indices), [-1, 1]);
    const others = tf.maximum(tf.sub(n, 1), 1);
    const some = tf.cast(tf.greater(n, 1.5), 'float32');
    return matrixOf(tf.mul(tf.div(tf.sub(tf.mul(mean, n), own), others), some));
  };
  /** What dropout keeps, scaled so that the mean stays: `[rows, E·d]`; null without dropout. */
  const dropout = (step: StepScope, site: string, rows: number): tf.Tensor2D | null => {
    const rate = config.dropout;
    if (rate === 0) return null;
    const draws = step.draw(
      `dropout/${site}`,
      integers(Int32Array.from({ length: rows }, (_, row) => row)),
      list.length * width,
    );
    return matrixOf(tf.mul(tf.cast(tf.greaterEqual(draws, rate), 'float32'), 1 / (1 - rate)));
  };

  const loss = (batch: Batch, step: StepScope): LossTermValue[] => {
    const ratio = batch.negativesPerPositive;
    const { perView, z } = encode(sampled);
    const tables = cueTables();
    const itemSide = (index: RowIndex) => ({
      z: gatherRows(z.items, index),
      cues: tables.map(({ items }) => gatherRows(items, index)),
    });
    const zUsers = gatherRows(z.users, batch.users);
    const positive = itemSide(batch.positives);
    const negative = itemSide(batch.negatives);
    const userCues = tables.map(({ users }, m) => {
      const mean = gatherRows(users, batch.users);
      const own = positive.cues[m];
      return leaveOneOut && own ? withoutOwn(mean, own, batch) : mean;
    });
    const userHeads = heads.users([zUsers, ...userCues]);
    const repeated = repeatRows(userHeads, ratio);
    const mixture = (side: typeof positive, users: tf.Tensor3D, zu: tf.Tensor2D, site: string) => {
      const values = heads.join(users, heads.items([side.z, ...side.cues]), dropout(step, site, side.z.shape[0]));
      if (!route) return { score: matrixOf(values), routing: null };
      const routing = probabilities(route.join(route.userPart(zu), route.itemPart(side.z)));
      return { score: matrixOf(tf.sum(tf.mul(values, renormalised(routing.pi, top)), 1, true)), routing };
    };
    const liked = mixture(positive, userHeads, zUsers, 'positive');
    const other = mixture(
      negative,
      repeated,
      matrixOf(tf.squeeze(repeatRows(tf.expandDims(zUsers), ratio), [0])),
      'negative',
    );
    const margins = tf.sub(liked.score, tf.reshape(other.score, [batch.size, ratio]));
    const terms: LossTermValue[] = [
      { key: 'bpr', weight: 1, value: batchMean(tf.mean(tf.softplus(tf.neg(margins)), 1), batch) },
    ];

    const [plain, enriched] = perView;
    if (plain && enriched)
      terms.push({
        key: 'contrast',
        weight: config.contrastWeight,
        value: viewContrast(plain, enriched, batch, input.users, config.temperature),
      });
    if (liked.routing) terms.push(...routingTerms(liked.routing, batch, step));
    return [...terms, { key: 'decay', weight: config.weightDecay, value: squaresOf(parameters) }];
  };

  /** Coverage and confidence of the batch's positive pairs, weighted by stage. */
  const routingTerms = (
    { pi, logPi }: ReturnType<typeof probabilities>,
    batch: Batch,
    step: StepScope,
  ): LossTermValue[] => {
    const mean = vectorOf(tf.squeeze(tf.matMul(matrixOf(tf.reshape(batch.weights, [1, -1])), pi), [0]));
    const told = stage.advance(mean);
    const at = (slot: number): tf.Scalar => scalarOf(tf.reshape(tf.slice(told, slot, 1), []));
    step.observe('entropy', at(2));
    step.observe('counter', at(3));
    step.observe('stage', at(4));
    tf.split(mean, list.length).forEach((share, expert) =>
      step.observe(batchRoutingKey(expert), scalarOf(tf.reshape(share, []))),
    );
    return [
      { key: 'coverage', weight: at(0), value: scalarOf(tf.sum(tf.square(tf.sub(mean, 1 / list.length)))) },
      { key: 'confidence', weight: at(1), value: batchMean(tf.neg(tf.sum(tf.mul(pi, logPi), 1)), batch) },
    ];
  };

  const represent = (): Representation => {
    const { z } = encode(viewLayers(views, layers));
    const tables = cueTables();
    const read = heads.users([z.users, ...tables.map(({ users: of }) => of)]);
    const users = heads.mlp ? read : tf.mul<tf.Tensor3D>(read, tf.reshape(heads.output(), [1, 1, width]));
    const items = heads.items([z.items, ...tables.map(({ items: of }) => of)]);
    // Without a mixture the one expert is chosen whatever its logit.
    const none = (of: tf.Tensor2D): tf.Tensor2D => tf.zeros([of.shape[0], 1]);
    const shape = { experts: list.length, width, top, mlp: heads.mlp ? 1 : 0, hidden: route?.hidden ?? 0 } as const;
    return {
      users: matrixOf(tf.concat([heads.beside(users), route?.userPart(z.users) ?? none(z.users)], 1)),
      items: matrixOf(tf.concat([heads.beside(items), route?.itemPart(z.items) ?? none(z.items)], 1)),
      score: (rows, all) =>
        expertScores(
          rows,
          all,
          heads.output(),
          route?.last.weights() ?? heads.output(),
          route?.last.bias() ?? heads.output(),
          shape,
        ),
    };
  };

  const explainPairs = async (pairs: Pairs): Promise<PairRouting> => {
    const made = tf.tidy(() => {
      const rows = (table: tf.Tensor2D, ids: Int32Array): tf.Tensor2D => matrixOf(tf.gather(table, integers(ids)));
      const { z } = encode(viewLayers(views, layers));
      const tables = cueTables();
      const zu = rows(z.users, pairs.users);
      const zi = rows(z.items, pairs.items);
      const values = heads.join(
        heads.users([zu, ...tables.map(({ users }) => rows(users, pairs.users))]),
        heads.items([zi, ...tables.map(({ items }) => rows(items, pairs.items))]),
        null,
      );
      const pi = route ? probabilities(route.join(route.userPart(zu), route.itemPart(zi))).pi : tf.onesLike(values);
      const shares = renormalised(pi, top);
      return [pi, shares, tf.mul(shares, values)].map((tensor) => tensor.clone());
    });
    const [probability, share, contribution] = await Promise.all(made.map((tensor) => readFloats(tensor)));
    tf.dispose(made);
    const none = new Float32Array(0);
    return { probabilities: probability ?? none, shares: share ?? none, contributions: contribution ?? none };
  };

  const routePairs = async (pairs: Pairs): Promise<RoutedProbabilities> => {
    const all = new Float32Array(pairs.users.length * list.length);
    const z = tf.tidy(() => {
      const { users, items } = encode(viewLayers(views, layers)).z;
      return { users: route?.userPart(users) ?? users, items: route?.itemPart(items) ?? items };
    });
    for (let first = 0; route && first < pairs.users.length; first += PAIRS_PER_BLOCK) {
      const block = tf.tidy(() => {
        const rows = (table: tf.Tensor2D, ids: Int32Array): tf.Tensor2D =>
          matrixOf(tf.gather(table, integers(ids.slice(first, first + PAIRS_PER_BLOCK))));
        return probabilities(route.join(rows(z.users, pairs.users), rows(z.items, pairs.items))).pi;
      });
      all.set(await readFloats(block), first * list.length);
      block.dispose();
    }
    tf.dispose(z);
    const shareTensor = tf.tidy(() => heads.shares().clone());
    const groupShares = await readFloats(shareTensor);
    shareTensor.dispose();
    return { probabilities: route ? all : all.fill(1), groupShares };
  };

  const observePairs = async (pairs: Pairs): Promise<Observations> => {
    if (!route) return {};
    const { probabilities: all, groupShares: shares } = await routePairs(pairs);
    const learned = list.map((expert, e) => ({
      ...expert,
      shares: Array.from(shares.subarray(e * groups.length, (e + 1) * groups.length)),
    }));
    const { mean, effective, hhi, diversity, winnerShare, top3Mass, gap, maxLoad, specialisation } = routingStatistics(
      all,
      list.length,
    );
    const [, , , switched = 0] = await readFloats(stage.state());
    return {
      routing: mean,
      reliance: relianceOf(mean, learned, groups.length),
      familyMass: familyMassOf(mean, learned, familiesOf(config)),
      effectiveExperts: [effective],
      hhi: [hhi],
      diversity: [diversity],
      winnerShare: [winnerShare],
      top3Mass: [top3Mass],
      gap: [gap],
      maxLoad: [maxLoad],
      specialisation: [specialisation],
      ...(switched > 0 && { switchStep: [switched] }),
    };
  };

  return {
    parameters,
    graphs: [...viewGraphs, historyGraph],
    findings: inductionFindings(context, induced, list, groups),
    ...(fanOut > 0 && {
      epochGraphs: async (epoch) =>
        viewGraphs.flatMap(({ name, matrix }) =>
          Array.from({ length: layers }, (_, layer): NamedGraph => ({
            name: `${name}/layer${layer}@epoch${epoch}`,
            meaning: `${fanOut} neighbours of each node, drawn for this epoch and layer`,
            matrix: sampledGraph(matrix, fanOut, random(`fanOut/${name}/${layer}@epoch${epoch}`)),
          })),
        ),
      useEpochGraphs: (graphs) => {
        sampled.flat().forEach((graph) => !views.includes(graph) && disposeSparse(graph));
        const tensors = graphs.map(({ matrix }) => sparseTensor(matrix, false));
        sampled = views.map((_, view) => tensors.slice(view * layers, (view + 1) * layers));
      },
    }),
    loss,
    represent,
    routePairs,
    observePairs,
    explainPairs,
    state: async () => ({ stage: (await readFloats(stage.state())).slice() }),
    restoreState: (state) => state['stage'] && stage.restore(state['stage']),
    dispose: () => {
      sampled.flat().forEach((graph) => !views.includes(graph) && disposeSparse(graph));
      [...views, history].forEach(disposeSparse);
      historyLengths.dispose();
      stage.dispose();
      cues.forEach(({ features }) => features.dispose());
      parameters.forEach(disposeParameter);
    },
  };
}

/** Each row of matrices `[s, n, d]` `times` times, neighbouring. */
function repeatRows(x: tf.Tensor3D, times: number): tf.Tensor3D {
  if (times === 1) return x;
  const [stack, rows, width] = x.shape;
  return tf.reshape(tf.tile(tf.reshape(x, [stack, rows, 1, width]), [1, 1, times, 1]), [stack, rows * times, width]);
}

/** Half of both directions of InfoNCE between the views, over the batch's distinct users and over its distinct positive items. */
function viewContrast(
  plain: tf.Tensor2D,
  enriched: tf.Tensor2D,
  batch: Batch,
  users: number,
  temperature: number,
): tf.Scalar {
  const [a, b] = [splitNodes(plain, users), splitNodes(enriched, users)];
  return scalarOf(
    tf.add(
      infoNceBothWays(
        gatherRows(a.users, batch.users),
        gatherRows(b.users, batch.users),
        temperature,
        distinctRows(batch.distinctUsers, batch),
      ),
      infoNceBothWays(
        gatherRows(a.items, batch.positives),
        gatherRows(b.items, batch.positives),
        temperature,
        distinctRows(batch.distinctItems, batch),
      ),
    ),
  );
}

export const model = defineModel(table, build);
