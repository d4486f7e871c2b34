import { controlOf, readModalities } from '../../src/domain/controls';
import type { DatasetDocument } from '../../src/domain/dataset';
import { modelTable, protocolOf, readsFeatures } from '../../src/domain/models/catalogue';
import type { Config, ModelId, NumberOption } from '../../src/domain/models/table';
import { rowsOf } from '../../src/domain/models/batchRows';
import { pretrainedSource } from '../../src/domain/prerequisite';
import { heldRows } from '../engine/rowSource';
import { TILES, type Tiles } from '../engine/tiles';
import type { FeatureMatrix, ModelInput } from '../models/model';
import { stream, type Random } from '../numbers/rng';
import { controlledFeature } from './featureControls';
import { textsOf, vectorsOf } from './input';
import type { Quantity } from './quantities';

/** A dataset of the same make and a few hundred rows, for one of two dry runs. */
export interface DryInput {
  readonly input: ModelInput;
  readonly config: Config;
  readonly tiles: Tiles;
}

export interface DryPlan {
  readonly inputs: readonly [DryInput, DryInput];
  readonly quantities: readonly Quantity[];
  readonly trainPairs: Quantity;
}

/** Pairs of small values with ratios of their own. */
const USERS = [97, 131] as const;
const ITEMS = [149, 173] as const;
const BATCH = [61, 79] as const;
const EMBEDDING = [8, 12] as const;
const RANKED = [7, 11] as const;
const COLUMNS = [
  [17, 29],
  [19, 37],
  [23, 43],
  [13, 47],
  [14, 53],
  [15, 61],
] as const;
const ITEM_VECTORS = [21, 67] as const;
const USER_VECTORS = [22, 71] as const;
const ATTRIBUTES = [25, 73] as const;
const WIDE = [18, 59] as const;
/** Training interactions per user lie near the dataset's own, and apart in the two runs. */
const DEGREES = [3, 40] as const;

const MOST_TIMES = 4;

type Pair = readonly [number, number];

interface Width {
  readonly key: string;
  readonly small: Pair;
  readonly actual: number;
}

/** Two small datasets for a model and configuration, and what the lengths in them stand for. */
export function dryPlan(dataset: DatasetDocument, model: ModelId, config: Config): DryPlan {
  const { users, items, splits } = dataset.statistics;
  const { batchSize, embeddingSize } = protocolOf(config);
  const rows = smallItems(model, config);
  // More rows than there are items: a table's similarities are then one block.
  const similar: Pair = [rows[0] + 8, rows[1] + 20];
  const degree = Math.round(Math.min(DEGREES[1], Math.max(DEGREES[0], splits.train.interactions / Math.max(1, users))));
  const pairs: Pair = [USERS[0] * degree, USERS[1] * (degree + 2)];
  const widths = readsFeatures(model, config) ? featureWidths(dataset, config) : [];
  const vectors = modelTable(model).readsVectors ? vectorsOf(dataset) : null;
  const itemVectors = vectors?.items && { small: ITEM_VECTORS, actual: vectors.items.columns };
  const texts = modelTable(model).readsTexts ? textsOf(dataset) : null;
  const profiles = vectors?.users ?? texts?.profiles;
  const userVectors = profiles && { small: USER_VECTORS, actual: profiles.columns };
  const attributes = texts?.attributes[0] && {
    count: texts.attributes.length,
    small: ATTRIBUTES,
    actual: texts.attributes[0].columns,
  };
  const wide = modelTable(model).options.find(
    (option): option is NumberOption => option.type === 'integer' && option.wide === true,
  );
  const paired = Boolean(texts?.pairs);
  const longer = (size: number): number => size + rowsOf({ ...config, batchSize: size }).added;
  const sum = (of: (width: Width) => number): number => widths.reduce((total, width) => total + of(width), 0);
  const trainPairs: Quantity = { small: pairs, actual: splits.train.interactions };
  const known: readonly Quantity[] = [
    { small: [USERS[0] + rows[0], USERS[1] + rows[1]], actual: users + items, nodes: true },
    { small: USERS, actual: users, nodes: true },
    { small: rows, actual: items, nodes: true },
    { small: BATCH, actual: batchSize },
    ...(paired ? [{ small: [longer(BATCH[0]), longer(BATCH[1])] as const, actual: longer(batchSize) }] : []),
    { small: EMBEDDING, actual: embeddingSize },
    trainPairs,
    ...widths,
    { small: [sum(({ small }) => small[0]), sum(({ small }) => small[1])], actual: sum(({ actual }) => actual) },
    ...(itemVectors ? [itemVectors] : []),
    ...(userVectors ? [userVectors] : []),
    ...(attributes ? [attributes] : []),
    ...(wide ? [{ small: WIDE, actual: Number(config[wide.key]) }] : []),
    { small: RANKED, actual: TILES.ranking(items) },
    { small: similar, actual: TILES.similarity(items) },
  ];
  const quantities = known.filter(({ small }) => small[0] > 0);
  const make = (run: 0 | 1): DryInput => {
    const random = stream(run + 1, 'dry');
    const controlled = (feature: FeatureMatrix, key = feature.key): FeatureMatrix => {
      const kind = controlOf(config, key);
      const streams = (name: string): Random => stream(run + 1, name);
      return kind === null || kind === 'without' ? feature : controlledFeature(feature, kind, streams);
    };
    const matrix = (key: string, rows: number, columns: number): FeatureMatrix => ({
      key,
      ...heldRows(
        Float32Array.from({ length: rows * columns }, () => random.normal() + 0.5),
        rows,
        columns,
      ),
    });
    const rated = dataset.statistics.ratings !== null;
    return {
      config: {
        ...config,
        batchSize: BATCH[run],
        embeddingSize: EMBEDDING[run],
        ...(wide && { [wide.key]: WIDE[run] }),
      },
      tiles: { ranking: () => RANKED[run], similarity: () => similar[run] },
      input: {
        users: USERS[run],
        items: rows[run],
        train: popularInteractions(USERS[run], rows[run], pairs[run] / USERS[run], random),
        ratings: rated ? Float32Array.from({ length: pairs[run] }, () => 1 + random.integer(5)) : null,
        features: widths.map(({ key, small }) => controlled(matrix(key, rows[run], small[run]))),
        itemVectors: itemVectors ? controlled(matrix('image_text', rows[run], itemVectors.small[run])) : null,
        userVectors: userVectors ? controlled(matrix('profiles', USERS[run], userVectors.small[run])) : null,
        attributes: Array.from({ length: attributes?.count ?? 0 }, (_, k) =>
          matrix(`attribute_${k + 1}`, rows[run], ATTRIBUTES[run]),
        ),
        preferredPairs: paired ? Int32Array.from({ length: 2 * USERS[run] }, () => random.integer(rows[run])) : null,
        pretrained: pretrainedSource(model, config) === null ? null : matrix('pretrained', rows[run], EMBEDDING[run]),
      },
    };
  };
  return { inputs: [make(0), make(1)], quantities, trainPairs };
}

/** Items enough for neighbour lists not to meet their end: those of a whole row would not grow with the dataset. */
function smallItems(model: ModelId, config: Config): Pair {
  const lists = modelTable(model).options.flatMap(({ key, type, group }) => {
    const value = config[key];
    return type === 'integer' && group === 'graph' && typeof value === 'number' ? [value] : [];
  });
  const times = Math.min(MOST_TIMES, Math.max(1, Math.ceil((2.5 * Math.max(0, ...lists)) / ITEMS[0])));
  return [times * ITEMS[0], times * ITEMS[1]];
}

/** More modalities than there are ratios share the last one. */
const featureWidths = (dataset: DatasetDocument, config: Config): Width[] =>
  readModalities(dataset, config).map(({ key, columns }, place) => ({
    key,
    small: COLUMNS[Math.min(place, COLUMNS.length - 1)] ?? COLUMNS[0],
    actual: columns,
  }));

/**
 * `degree` distinct items for each user, a few of them popular: a batch then holds items twice, as it does in a real run,
 * and a loss that treats entities once takes the same path.
 */
export function popularInteractions(users: number, items: number, degree: number, random: Random): ModelInput['train'] {
  const rows = Array.from({ length: users }, () => {
    const chosen = new Set<number>();
    while (chosen.size < degree) chosen.add(Math.floor(items * random.uniform() ** 3));
    return [...chosen];
  });
  return {
    users: Int32Array.from(rows.flatMap((chosen, user) => chosen.map(() => user))),
    items: Int32Array.from(rows.flat()),
  };
}
