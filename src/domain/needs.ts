import { attributesOf, modalitiesOf, preferredPairsOf, profilesOf, type DatasetDocument } from './dataset';
import { readModalities } from './controls';
import { idleBecause, modelTable, readsFeatures } from './models/catalogue';
import type { CautionBasis, Config, DataNeed, ModelId } from './models/table';

const hasFeature = (dataset: Pick<DatasetDocument, 'features'>, key: string): boolean =>
  dataset.features.some((feature) => feature.key === key && feature.scope === 'item');

/** Why this dataset lacks what is needed, in a sentence; null when it has it. */
export function lacking(
  need: DataNeed,
  dataset: Pick<DatasetDocument, 'name' | 'features' | 'statistics'>,
): string | null {
  switch (need) {
    case 'profiles':
      return profilesOf(dataset) ? null : `${dataset.name} has no user profile vectors (user_preferences_feat.npy).`;
    case 'attributes':
      return attributesOf(dataset).length > 0
        ? null
        : `${dataset.name} has no encoded item attributes (attribute_1_feat.npy and the like).`;
    case 'preferredPairs':
      return preferredPairsOf(dataset)
        ? null
        : `${dataset.name} has no pairs of preferred and refused items (user_pairs_feat.npy).`;
    case 'textVectors':
      return hasFeature(dataset, 'text') ? null : `${dataset.name} has no text features (text_feat.npy).`;
    case 'imageVectors':
      return hasFeature(dataset, 'image') ? null : `${dataset.name} has no image features (image_feat.npy).`;
    case 'pretrained':
      return hasFeature(dataset, 'pretrained')
        ? null
        : `${dataset.name} has no file of item embeddings (pretrained_feat.npy).`;
    case 'features':
      return modalitiesOf(dataset).length > 0
        ? null
        : `${dataset.name} has no item features (image_feat.npy and the like).`;
    case 'ratings':
      return dataset.statistics.ratings ? null : `${dataset.name} has no ratings, or they are all equal.`;
  }
}

/** Why a configuration cannot run on a dataset: the first choice that needs what is missing, or a control that leaves too little; null when it can. */
export function configLacks(model: ModelId, config: Config, dataset: Parameters<typeof lacking>[1]): string | null {
  for (const option of modelTable(model).options) {
    if (option.type !== 'choice' || idleBecause(model, option, config)) continue;
    const need = option.choices.find(({ value }) => value === config[option.key])?.needs;
    const reason = need && lacking(need, dataset);
    if (reason) return `${reason} Choose another value for “${option.label}”.`;
  }
  return controlLacks(model, config, dataset);
}

/** Why a control would change nothing, or leave the model too little; null where it does what it says. */
export function controlLacks(model: ModelId, config: Config, dataset: Parameters<typeof lacking>[1]): string | null {
  const { featureControl = 'none' } = config;
  const controlled = String(config['controlled']);
  if (featureControl === 'none') return null;
  const { name, minModalities, readsRatings, readsVectors, readsTexts } = modelTable(model);
  const modalities = modalitiesOf(dataset);
  switch (controlled) {
    case 'ratings':
    case 'profiles': {
      const read = controlled === 'ratings' ? readsRatings : (readsVectors ?? readsTexts);
      if (!read) return `${name} reads no ${controlled}, so the control would change nothing.`;
      if (featureControl !== 'shuffled') return `As a control, ${controlled} can only be shuffled.`;
      return lacking(controlled, dataset);
    }
    case 'all':
      if (!readsFeatures(model, config)) return `${name} reads no item features, so the control would change nothing.`;
      break;
    default:
      if (!modalities.some(({ key }) => key === controlled))
        return `${dataset.name} has no ${controlled} features, so the control would change nothing.`;
  }
  const left = readModalities(dataset, config).length;
  return left < minModalities && modalities.length >= minModalities
    ? `${name} needs at least ${minModalities} item feature ${minModalities === 1 ? 'matrix' : 'matrices'}, and the control leaves ${left}.`
    : null;
}

/** What the model recommends on this dataset, complete only together with the defaults. */
export function recommendedFor(model: ModelId, dataset: Pick<DatasetDocument, 'features' | 'statistics'>): Config {
  return (
    modelTable(model).recommend?.({ statistics: dataset.statistics, profiles: profilesOf(dataset) !== undefined }) ?? {}
  );
}

/** What a person should know before such a run starts; not an obstacle. */
export const cautionsFor = (model: ModelId, config: Config, dataset: CautionBasis): readonly string[] =>
  modelTable(model).cautions?.(config, dataset) ?? [];
