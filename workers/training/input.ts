import { at } from '../../src/domain/at';
import {
  attributesOf,
  preferredPairsOf,
  profilesOf,
  type DatasetDocument,
  type FeatureInfo,
} from '../../src/domain/dataset';
import { controlOf, readModalities } from '../../src/domain/controls';
import { type Interactions } from '../../src/domain/interactions';
import { AppError } from '../../src/domain/errors';
import { invalid } from '../../src/domain/models/config';
import { controlLacks } from '../../src/domain/needs';
import { modelTable, readsFeatures } from '../../src/domain/models/catalogue';
import { prerequisiteOf, pretrainedSource } from '../../src/domain/prerequisite';
import type { Experiment } from '../../src/domain/run';
import { textOrigin } from '../../src/domain/textOrigin';
import type { Database } from '../../src/storage/database';
import { readDataset, readInteractions } from '../../src/storage/datasets';
import { findFinished } from '../../src/storage/runs';
import { readRepresentation } from '../../src/storage/weights';
import { heldRows, readAll } from '../engine/rowSource';
import { interactionMatrix } from '../graphs/behaviour';
import type { Csr } from '../graphs/csr';
import { signThresholds } from '../graphs/signs';
import type { FeatureMatrix, ModelInput } from '../models/model';
import { stream, type Random } from '../numbers/rng';
import { controlledFeature, shuffleRows } from './featureControls';
import { storedFeature } from './storedFeature';

/** The dataset's file of item embeddings from elsewhere. */
const PRETRAINED_KEY = 'pretrained';

/** What a dataset brings of a language model’s texts: encoded profiles and attributes, and pairs of items that users prefer and refuse. */
export const textsOf = (dataset: DatasetDocument) => ({
  profiles: profilesOf(dataset),
  attributes: attributesOf(dataset),
  pairs: preferredPairsOf(dataset),
});

/** Encoded item descriptions and user profiles, where a dataset brings them. */
export const vectorsOf = (dataset: DatasetDocument) => ({
  items: dataset.features.find(({ key, scope }) => key === 'image_text' && scope === 'item'),
  users: profilesOf(dataset),
});

export interface TrainingData {
  readonly dataset: DatasetDocument;
  readonly interactions: Interactions;
  readonly input: ModelInput;
  /** `[U, I]`: the training items of each user. */
  readonly trained: Csr;
  /** `[U]`: above it a rating says that the user liked the item; null on data without ratings. */
  readonly thresholds: Float64Array | null;
}

type Progress = (text: string, fraction: number | null) => Promise<void>;

/** ν of the thresholds where the model has none of its own. */
const THRESHOLD_MIX = 0.5;

/** A run belongs to the content it was made for, not to the name of a place in storage. Throws `DATA_NOT_FOUND`. */
export function refuseOtherContent(wanted: Experiment['dataset'], found: DatasetDocument): void {
  if (wanted.fingerprint === found.fingerprint) return;
  throw new AppError(
    'DATA_NOT_FOUND',
    `The run was made for ${wanted.name} with other content than the dataset stored under that id.`,
    'Import the original files again and start a new run on them.',
    { wanted: wanted.fingerprint, found: found.fingerprint },
  );
}

/**
 * Reads what a run needs from storage, or the interactions alone. Features and vectors are read when the model asks for their rows,
 * and only those that it reads. Throws `DATA_NOT_FOUND`, and `CONFIG_INVALID` for a control that would change nothing.
 */
export async function readTrainingData(
  database: Database,
  experiment: Experiment,
  progress: Progress,
  wanted: 'everything' | 'interactions' = 'everything',
): Promise<TrainingData> {
  const {
    model,
    config,
    dataset: { id },
  } = experiment;
  await progress('reading interactions', null);
  const dataset = await readDataset(database, id);
  refuseOtherContent(experiment.dataset, dataset);
  const interactions = await readInteractions(database, id);
  const { users, items } = dataset.statistics;
  const source = (feature: FeatureInfo): FeatureMatrix => storedFeature(database, id, feature, progress);
  const all = wanted === 'everything';
  const idle = all ? controlLacks(model, config, dataset) : null;
  if (idle !== null) throw invalid('controlled', idle);
  const controlled = (feature: FeatureMatrix, key = feature.key): FeatureMatrix => {
    const kind = controlOf(config, key);
    const random = (name: string): Random => stream(experiment.seed, name);
    return kind === null || kind === 'without' ? feature : controlledFeature(feature, kind, random);
  };
  const read = all && readsFeatures(model, config) ? readModalities(dataset, config) : [];
  const features = read.map((feature) => controlled(source(feature)));
  const vectors = all && modelTable(model).readsVectors ? vectorsOf(dataset) : null;
  const texts = all && modelTable(model).readsTexts ? textsOf(dataset) : null;
  const profiles = vectors?.users ?? texts?.profiles;
  const rows = Array.from(interactions.split.keys()).filter((row) => interactions.split[row] === 0);
  const train = {
    users: Int32Array.from(rows, (row) => at(interactions.users, row)),
    items: Int32Array.from(rows, (row) => at(interactions.items, row)),
  };
  const ratings =
    dataset.statistics.ratings &&
    interactions.ratings &&
    Float32Array.from(rows, (row) => interactions.ratings?.[row] ?? 0);
  const mix = config['thresholdMix'];
  return {
    dataset,
    interactions,
    input: {
      users,
      items,
      train,
      ratings:
        ratings &&
        (controlOf(config, 'ratings') === 'shuffled'
          ? shuffleRows(ratings.slice(), 1, stream(experiment.seed, 'control/shuffle/ratings'))
          : ratings),
      features,
      itemVectors: vectors?.items ? controlled(source(vectors.items)) : null,
      userVectors: profiles ? controlled(source(profiles), 'profiles') : null,
      attributes: texts?.attributes.map(source) ?? [],
      preferredPairs: texts?.pairs ? await readPairs(source(texts.pairs)) : null,
      textOrigin: texts ? textOrigin(dataset) : null,
      pretrained: all ? await readPretrained(database, experiment, source, dataset) : null,
    },
    trained: interactionMatrix(train, users, items),
    thresholds: ratings && signThresholds(train, ratings, users, typeof mix === 'number' ? mix : THRESHOLD_MIX),
  };
}

/** `[U, 2]`, rounded to whole numbers. Throws `MODEL_NEEDS_FEATURES` where rows are no pairs. */
export async function readPairs(source: FeatureMatrix): Promise<Int32Array> {
  if (source.columns === 2) return Int32Array.from(await readAll(source), Math.round);
  throw new AppError(
    'MODEL_NEEDS_FEATURES',
    `user_pairs_feat has ${source.columns} columns.`,
    'Its rows are pairs: the item that the user prefers and the one that it refuses, −1 twice where there is none.',
  );
}

/** `E_pt`: embeddings of a file of the dataset, or of a finished run of another model; null where none are asked for, or random ones. */
async function readPretrained(
  database: Database,
  experiment: Experiment,
  source: (feature: FeatureInfo) => FeatureMatrix,
  dataset: DatasetDocument,
): Promise<FeatureMatrix | null> {
  if (pretrainedSource(experiment.model, experiment.config) === 'imported') {
    const found = dataset.features.find(({ key, scope }) => key === PRETRAINED_KEY && scope === 'item');
    if (found) return source(found);
    throw new AppError(
      'PRETRAINING_MISSING',
      'This dataset has no file of item embeddings.',
      'Add a file pretrained_feat.npy with one row per item to the dataset, or choose another source of the pre-trained embeddings.',
    );
  }
  const wanted = prerequisiteOf(experiment);
  if (!wanted) return null;
  const found = await findFinished(database, wanted);
  const values = found && (await readRepresentation(database, found.id, 'items'));
  if (!values) {
    throw new AppError(
      'PRETRAINING_MISSING',
      `The pre-training run (${modelTable(wanted.model).name}, seed ${wanted.seed}) has not finished or was deleted.`,
      'Start this experiment again; its pre-training is then queued first.',
      { model: wanted.model },
    );
  }
  const rows = dataset.statistics.items;
  return { key: `${wanted.model}/${found.id}`, ...heldRows(values, rows, values.length / rows) };
}
