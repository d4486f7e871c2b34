import * as tf from '@tensorflow/tfjs-core';
import { expect, vi } from 'vitest';
import { completeConfig } from '../../src/domain/models/catalogue';
import { MODEL_IDS, type Config, type ModelId } from '../../src/domain/models/table';
import { readFloats } from '../../workers/engine/backends';
import { overwrite } from '../../workers/engine/kernels/adam';
import { stream, type Random } from '../../workers/numbers/rng';
import type { FeatureMatrix, Model, ModelInput } from '../../workers/models/model';
import { modelKind } from '../../workers/models/registry';
import { deviceBatch, disposeBatch, type HostBatch } from '../../workers/training/batch';
import { describeOn } from '../helpers/device';
import { held } from '../helpers/held';
import { expectGradients } from '../helpers/slopes';

vi.mock('../../workers/models/layers/losses', async (original) => {
  const { held } = await import('../helpers/held');
  const real = await original<typeof import('../../workers/models/layers/losses')>();
  return { ...real, withoutGradient: held.holding(real.withoutGradient) };
});

const USERS = 7;
const ITEMS = 9;
const data = stream(11, 'gradients');
const table = (key: string, rows: number, columns: number): FeatureMatrix => ({
  key,
  rows,
  columns,
  values: Float32Array.from({ length: rows * columns }, () => data.normal()),
});

/** Every user and all items but the last have a training pair; the last user has one alone. */
const train = [
  ...Array.from(
    { length: 26 },
    (_, e) => [e % (USERS - 1), (3 * e + Math.floor(e / (USERS - 1))) % (ITEMS - 1)] as const,
  ),
  [USERS - 1, 7] as const,
].filter(([user, item], place, all) => all.findIndex(([u, i]) => u === user && i === item) === place);

const input: ModelInput = {
  users: USERS,
  items: ITEMS,
  train: { users: Int32Array.from(train, ([user]) => user), items: Int32Array.from(train, ([, item]) => item) },
  features: [table('image', ITEMS, 5), table('text', ITEMS, 3)],
  ratings: Float32Array.from(train, (_, pair) => 1 + ((2 * pair) % 5)),
  itemVectors: null,
  userVectors: table('user_preferences', USERS, 4),
  pretrained: null,
};

/** Eight places: five real rows, with a user, an item and a whole pair that occur twice, items on both sides, and a history of one. */
function shortBatch(ratio: number): HostBatch {
  const filled = (list: readonly number[], length: number): Int32Array =>
    Int32Array.from({ length }, (_, place) => list[place] ?? 0);
  const negatives = [4, 8, 8, 2, 0, 1, 4, 4, 6, 3, 8, 5, 7, 2, 2];
  const users = [1, 3, 3, 6, 1];
  const positives = [3, 1, 4, 7, 3];
  const pairs = users.map((user, row) => train.findIndex(([u, i]) => u === user && i === positives[row]));
  if (pairs.includes(-1)) throw new Error('A row of the batch is no training pair.');
  return {
    count: 5,
    pairs: filled(pairs, 8),
    users: filled(users, 8),
    positives: filled(positives, 8),
    negatives: filled(negatives.slice(0, 5 * ratio), 8 * ratio),
  };
}

/** Weights that make every term count; the defaults would hide a wrong regulariser behind the ranking term. */
const MGCN: Config = { regWeight: 0.2, contrastWeight: 1, neighbours: 4, temperature: 0.5 };
const EGRA: Config = {
  regWeight: 0.2,
  weightMin: 0.5,
  weightMax: 1,
  neighbours: 4,
  temperatureView: 0.5,
  temperatureFused: 0.5,
  pretrained: 'random',
  enhancedNeighbours: 2,
};
const LATTICE: Config = { regWeight: 1, neighbours: 4, graphMix: 0.1 };
const GUME: Config = {
  ...MGCN,
  userModalityWeight: 1,
  userModalityTemperature: 0.5,
  alignWeight: 1,
  regExtendedWeight: 1,
};
const MLLMREC: Config = { profiles: 'file', hiddenSize: 6, neighbours: 4, coNeighbours: 2, minSimilarity: 0.1 };
const MAGNET: Config = {
  expertHead: 'hadamard',
  neighbours: 3,
  inducedPerUser: 3,
  contrastWeight: 1,
  routingWeight: 2,
  weightDecay: 0.01,
  dropout: 0,
};
const SIMGR: Config = {
  regWeight: 1,
  signWeight: 1,
  contrastWeight: 1,
  thresholdMix: 1,
  tailShare: 0.4,
  pseudoPerUser: 2,
  positiveCut: 0.05,
  negativeCut: 0.5,
};
const ENHANCED: Config = { edgeEnhancer: '+E', pretrained: 'random', enhancedNeighbours: 2 };
const REFINED: Config = { itemGraph: 'refined', minSimilarity: 0.1, coNeighbours: 2 };

interface Case {
  readonly changes: Config;
  readonly stepInEpoch?: number;
  /** Parameters without a slope, by name. */
  readonly flat?: RegExp;
  readonly constants?: number;
  /** Seed of the point; a different one if a kink or a flipped sign of the noise is close to it. */
  readonly seed?: number;
}

/** An epoch's first step learns LATTICE's item graph; in the others it is a constant, and so are the features it came from. */
const FIRST: Omit<Case, 'changes'> = { stepInEpoch: 0, constants: 1 };
const LATER: Omit<Case, 'changes'> = { flat: /^(features|project)\/|^modalityWeights$/ };
/** Projection biases cancel between an item and its negative. */
const CANCELS: Omit<Case, 'changes'> = { flat: /^project\/.*\/bias$/ };
/** Which experts a pair is routed to, its positive and its negative. */
const ROUTED: Omit<Case, 'changes'> = { constants: 2 };

const CASES: Readonly<Record<ModelId, readonly Case[]>> = {
  bpr: [{ changes: { regWeight: 1 } }, { changes: { regWeight: 1, negativesPerPositive: 3 } }],
  lightgcn: [
    { changes: { regWeight: 1, layers: 2 } },
    { changes: { regWeight: 1, layers: 3, negativesPerPositive: 3 } },
    { changes: { regWeight: 1, ...ENHANCED } },
    { changes: { regWeight: 1, edgeEnhancer: '+G', neighbours: 5 } },
  ],
  vbpr: [{ changes: { regWeight: 1 } }, { changes: { regWeight: 1, negativesPerPositive: 3 } }],
  mgcn: [
    { changes: MGCN },
    { changes: { ...MGCN, itemItemLayers: 2, negativesPerPositive: 3 } },
    { changes: { ...MGCN, trainFeatures: false } },
    { changes: { ...MGCN, ...ENHANCED, symmetrise: true } },
    { changes: { ...MGCN, edgeEnhancer: '+G', mutual: true } },
    { changes: { ...MGCN, ...REFINED } },
  ],
  freedom: [
    { ...CANCELS, changes: { regWeight: 1, neighbours: 4, dropout: 0.3 } },
    {
      ...CANCELS,
      changes: { regWeight: 1, neighbours: 4, dropout: 0.3, negativesPerPositive: 3, trainFeatures: false },
    },
    { ...CANCELS, changes: { regWeight: 1, neighbours: 4, dropout: 0.3, ...REFINED } },
  ],
  lattice: [
    { ...FIRST, seed: 12, changes: LATTICE },
    { ...LATER, changes: LATTICE },
    { ...FIRST, changes: { ...LATTICE, itemItemLayers: 2, negativesPerPositive: 3, trainFeatures: false } },
    { ...FIRST, changes: { ...LATTICE, ...ENHANCED } },
    { ...FIRST, changes: { ...LATTICE, edgeEnhancer: '+G', ...REFINED } },
  ],
  gume: [
    { seed: 12, changes: GUME },
    { changes: { ...GUME, mutual: true, itemItemLayers: 2, negativesPerPositive: 3 } },
    { changes: { ...GUME, ...REFINED, noise: 0, trainFeatures: false } },
  ],
  egra: [
    { constants: 2, changes: EGRA },
    { constants: 2, changes: { ...EGRA, batchAs: 'distinct', symmetrise: true, excludeSelf: false } },
    { constants: 2, changes: { ...EGRA, enhancedGraph: false } },
    { seed: 12, constants: 2, changes: { ...EGRA, entityWeights: 'uniform', negativesPerPositive: 3 } },
    { constants: 2, changes: { ...EGRA, epochWeights: 'constant' } },
    {
      constants: 2,
      changes: { ...EGRA, batchAs: 'distinct', entityWeights: 'uniform', itemItemLayers: 2, trainFeatures: false },
    },
  ],
  mllmrec: [
    { changes: MLLMREC },
    { changes: { ...MLLMREC, profiles: 'history', featureScale: 'zscore', negativesPerPositive: 3 } },
    { changes: { ...MLLMREC, profiles: 'random', featureScale: 'l2' } },
    { changes: { ...MLLMREC, userItemConvolution: true } },
    { changes: { ...MLLMREC, profiles: 'random', userItemConvolution: true, layers: 0 } },
  ],
  magnet: [
    { ...ROUTED, changes: MAGNET },
    { ...ROUTED, changes: { ...MAGNET, view: 'single', negativesPerPositive: 3 } },
    { ...ROUTED, changes: { ...MAGNET, expertHead: 'mlp', featureScale: 'none' } },
    { ...ROUTED, changes: { ...MAGNET, expertHead: 'mlp', view: 'single', dropout: 0.3 } },
    { ...ROUTED, changes: { ...MAGNET, userCue: 'history', dropout: 0.3, negativesPerPositive: 3 } },
    { ...ROUTED, changes: { ...MAGNET, routerHidden: 5 } },
    { ...ROUTED, changes: { ...MAGNET, templates: false } },
    { ...ROUTED, changes: { ...MAGNET, templates: false, expertHead: 'mlp', families: 'bal+com', expertCopies: 2 } },
    { changes: { ...MAGNET, topExperts: 9 } },
    { changes: { ...MAGNET, experts: false } },
    { seed: 12, changes: { ...MAGNET, experts: false, view: 'single', expertHead: 'mlp' } },
    { ...ROUTED, changes: { ...MAGNET, stages: 'coverage', stageWeights: 'rev' } },
    { ...ROUTED, changes: { ...MAGNET, stages: 'confidence' } },
    { ...ROUTED, changes: { ...MAGNET, stages: 'confidence', stageWeights: 'quad', routerHidden: 5 } },
    { ...ROUTED, changes: { ...MAGNET, stages: 'coverage', stageWeights: 'const', routingWeight: 5 } },
    // The counter's first step ends stage 1: a state that moved on between evaluations would change the weights.
    { ...ROUTED, changes: { ...MAGNET, entropyThreshold: 0, coverageWindow: 2, minCoverageEpochs: 0 } },
    { ...ROUTED, changes: { ...MAGNET, fanOut: 2 } },
  ],
  simgr: [
    { changes: SIMGR },
    { changes: { ...SIMGR, signed: false, personalThreshold: false, pseudoFeedback: false } },
    { changes: { ...SIMGR, personalThreshold: false, pseudoFeedback: false } },
    { changes: { ...SIMGR, pseudoFeedback: false, margin: -0.2, negativeWeight: 2 } },
    { changes: { ...SIMGR, personalThreshold: false } },
    { constants: 2, changes: { ...SIMGR, attention: 'ratio' } },
    { changes: { ...SIMGR, shareEmbeddings: true, literalContrast: true } },
    { changes: { ...SIMGR, modalityFusion: 'normalisedSum', positivesOnly: true, negativesPerPositive: 3 } },
    { changes: { ...SIMGR, signed: false, positivesOnly: true, modalityLayers: 1 } },
  ],
};

/** Before a ReLU. Far from 0 they keep its units clearly on or off, and the loss without a kink nearby. */
const BEFORE_KINK = /^(expert|(user|negative|router)\/hidden)\/bias$/;

/** To a point where slopes do not drown in rounding: where parameters start, small embeddings make the ranking term flat, and small queries the attention. */
async function moveAway({ parameters }: Model, random: Random): Promise<void> {
  for (const parameter of parameters) {
    if (parameter.name.startsWith('features/')) continue;
    const sign = (): number => (random.uniform() < 0.5 ? -1 : 1);
    const deviation = parameter.name === 'attention/query' ? 3 : 0.5;
    overwrite(
      parameter,
      (await readFloats(parameter.tensor)).map(
        (value) => value + deviation * random.normal() + (BEFORE_KINK.test(parameter.name) ? 3 * sign() : 0),
      ),
    );
  }
}

/** In a browser the same loops run on the same backend: one case of each model stands for all. */
const inBrowser = 'document' in globalThis;

describeOn('cpu', 'the gradient of every parameter is the slope of the loss', (test) => {
  for (const id of MODEL_IDS) {
    for (const { changes, stepInEpoch = 1, flat, constants = 0, seed = 11 } of inBrowser
      ? CASES[id].slice(0, 1)
      : CASES[id]) {
      const name = `${id} ${JSON.stringify(changes)}${stepInEpoch === 0 ? ', an epoch’s first step' : ''}`;
      test(name, async () => {
        held.release();
        const before = tf.memory().numTensors;
        const random = stream(seed, name);
        const config = completeConfig(id, { embeddingSize: 4, batchSize: 8, ...changes });
        const model = await modelKind(id).build({
          input,
          config,
          random: (of) => stream(3, of),
          progress: async () => undefined,
        });
        await moveAway(model, random);
        const graphs = await model.epochGraphs?.(0);
        if (graphs) model.useEpochGraphs?.(graphs);
        const batch = deviceBatch(shortBatch(Number(config['negativesPerPositive'])), USERS, ITEMS);
        await expectGradients({ model, batch, stepInEpoch, random, flat: (of) => flat?.test(of) ?? false, constants });
        held.release();
        disposeBatch(batch);
        model.dispose();
        expect(tf.memory().numTensors).toBe(before);
      });
    }
  }
});
