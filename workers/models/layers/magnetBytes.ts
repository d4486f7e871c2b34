import { booleanOption, choiceOption, numberOption } from '../../../src/domain/models/catalogue';
import { expertsOf, routingGroups } from '../../../src/domain/routing';
import type { Config } from '../../../src/domain/models/table';
import { sparseBytes } from '../../engine/sparse';
import type { ModelBytes, ModelSizes } from '../model';
import { featureBytes, stepUnits } from './bytes';

/** Bytes of MAGNET; induced edges are at most `r` per user. */
export function magnetBytes(sizes: ModelSizes, config: Config): ModelBytes {
  const { users, items, trainPairs, featureColumns } = sizes;
  const unit = stepUnits(sizes, config);
  const width = numberOption(config, 'embeddingSize');
  const batch = numberOption(config, 'batchSize');
  const nodes = users + items;
  const dual = choiceOption(config, 'view') === 'dual';
  const modalities = featureColumns.length;
  const groups = modalities + 1;
  const count = expertsOf(config, routingGroups(featureColumns.map((_, m) => `${m}`))).length;
  const routed = booleanOption(config, 'experts') && count > 1;
  const mlp = choiceOption(config, 'expertHead') === 'mlp';
  const features = featureBytes(sizes, config, false);
  const induced = dual ? users * numberOption(config, 'inducedPerUser') : 0;
  const hidden = numberOption(config, 'routerHidden');
  const heads =
    (2 * count * width + (mlp ? count : 0) + 1) * width +
    (booleanOption(config, 'templates') || count === 1 ? 0 : count * groups);
  const router = routed ? (2 * width + 1) * (hidden || count) + (hidden ? (hidden + 1) * count : 0) : 0;
  const weights = 4 * (featureColumns.reduce((sum, columns) => sum + (columns + 1) * width, 0) + heads + router);
  const views = dual ? 2 : 1;
  const ratio = numberOption(config, 'negativesPerPositive');
  // One row per pair and expert.
  const expertRows = 4 * width * batch * count;
  const wide = count * width + (routed ? hidden || count : 1);
  return {
    parameters: unit.nodes + weights,
    graphs:
      sparseBytes(nodes, nodes, 2 * trainPairs, true) +
      (dual ? sparseBytes(nodes, nodes, 2 * (trainPairs + induced), true) : 0) +
      sparseBytes(users, items, trainPairs, false) +
      4 * users,
    constants: features.constants,
    representation: wide,
    // Every expert's vectors before they are put side by side.
    represent: 5.4 * 4 * wide * nodes + 18 * unit.nodes,
    step:
      (views * (18.6 + 1.6 * numberOption(config, 'layers')) + 9 + 5 * modalities) * unit.nodes +
      (15.3 * (2 + ratio) +
        (numberOption(config, 'dropout') > 0 ? 5.6 * (1 + ratio) : 0) +
        (ratio > 1 ? 8.6 * ratio : 0)) *
        expertRows +
      60 * unit.rows +
      (dual ? 4 * unit.logits : 0) +
      36 * (1 + ratio) * 4 * batch * count +
      5 * weights,
    largest: Math.max(unit.nodes, features.largest, 4 * wide * Math.max(users, items), dual ? unit.logits : 0),
  };
}
