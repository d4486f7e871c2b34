import { modalitiesOf, type DatasetDocument } from './dataset';
import { idleBecause, modelTable } from './models/catalogue';
import type { Config, DataNeed, ModelId } from './models/table';

const hasFeature = (dataset: Pick<DatasetDocument, 'features'>, key: string): boolean =>
  dataset.features.some((feature) => feature.key === key && feature.scope === 'item');

/** Why this dataset lacks what is needed, in a sentence; null when it has it. */
export function lacking(
  need: DataNeed,
  dataset: Pick<DatasetDocument, 'name' | 'features' | 'statistics'>,
): string | null {
  switch (need) {
    case 'profiles':
      return dataset.features.some(({ scope }) => scope === 'user')
        ? null
        : `${dataset.name} has no user profile vectors (user_preferences_feat.npy).`;
    case 'textVectors':
      return hasFeature(dataset, 'text') ? null : `${dataset.name} has no text features (text_feat.npy).`;
    case 'imageVectors':
      return hasFeature(dataset, 'image') ? null : `${dataset.name} has no image features (image_feat.npy).`;
    case 'pretrained':
      return hasFeature(dataset, 'pretrained')
        ? null
        : `${dataset.name} has no file of item embeddings (pretrained_feat.npy).`;
    case 'ratings':
      return dataset.statistics.ratings ? null : `${dataset.name} has no ratings, or they are all equal.`;
  }
}

/** Why a configuration cannot run on a dataset: the first choice that needs what is missing; null when it can. */
export function configLacks(model: ModelId, config: Config, dataset: Parameters<typeof lacking>[1]): string | null {
  for (const option of modelTable(model).options) {
    if (option.type !== 'choice' || idleBecause(model, option, config)) continue;
    const need = option.choices.find(({ value }) => value === config[option.key])?.needs;
    const reason = need && lacking(need, dataset);
    if (reason) return `${reason} Choose something else under “${option.label}”.`;
  }
  return null;
}

/** What the model recommends on this dataset, complete only together with the defaults. */
export function recommendedFor(model: ModelId, dataset: Pick<DatasetDocument, 'features' | 'statistics'>): Config {
  return (
    modelTable(model).recommend?.({
      statistics: dataset.statistics,
      profiles: dataset.features.some(({ scope }) => scope === 'user'),
    }) ?? {}
  );
}

/** What a person should know before such a run starts; not an obstacle. */
export function cautionsFor(
  model: ModelId,
  config: Config,
  dataset: Pick<DatasetDocument, 'name' | 'features' | 'statistics'>,
): string[] {
  const { splits, ratings } = dataset.statistics;
  const cautions: string[] = [];
  if (model === 'simgr' && !ratings) {
    cautions.push(
      `${dataset.name} has no ratings: every interaction counts as liked, the personal thresholds have nothing to decide, and the signed encoders see a second positive graph.`,
    );
  }
  if (model === 'mllmrec' && config['profiles'] === 'history')
    cautions.push(
      'User vectors will be a stand-in: the mean of the training history’s item vectors, not reasoned profiles. The result says so.',
    );
  if (model === 'mllmrec' && config['profiles'] === 'random')
    cautions.push(
      'User vectors will be a stand-in: random and trained (w/o RS), not reasoned profiles. The result says so.',
    );
  const perUser = config['inducedPerUser'];
  const neighbours = config['neighbours'];
  if (
    model === 'magnet' &&
    config['view'] === 'dual' &&
    typeof perUser === 'number' &&
    typeof neighbours === 'number'
  ) {
    // A pool holds at most k neighbours per modality and history item.
    const modalities = modalitiesOf(dataset).length;
    const history = splits.train.interactions / Math.max(1, splits.train.users);
    const most = splits.train.users * Math.min(perUser, history * neighbours * modalities);
    const ratio = most / Math.max(1, splits.train.interactions);
    if (ratio > 3)
      cautions.push(
        `Up to ${ratio.toFixed(1)} induced edges come to each real one, and where a pool is smaller than r the score filters nothing. About twice the mean history (r = ${Math.round(2 * history)}) keeps it choosing.`,
      );
  }
  return cautions;
}
