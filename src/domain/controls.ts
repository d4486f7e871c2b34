import { modalitiesOf, type DatasetDocument, type FeatureInfo } from './dataset';
import type { Config, OptionValue } from './models/table';

/** Controls: what a configuration does to features, so that they mean nothing. */

export type ControlKind = 'shuffled' | 'noise' | 'constant' | 'without';

export const CONTROL_KINDS: readonly { readonly value: ControlKind; readonly label: string }[] = [
  { value: 'shuffled', label: 'shuffled between items' },
  { value: 'noise', label: 'Gaussian noise of the same mean and deviation' },
  { value: 'constant', label: 'constant' },
  { value: 'without', label: 'left out' },
];

const isControlKind = (value: OptionValue | undefined): value is ControlKind =>
  CONTROL_KINDS.some((kind) => kind.value === value);

/** What is controlled by its own name only. */
const NOT_OF_ITEMS: readonly string[] = ['profiles', 'ratings'];

/** What a configuration does to the features of a modality, to user profiles (`profiles`) or to `ratings`; null: nothing. */
export function controlOf(config: Config, key: string): ControlKind | null {
  const { featureControl, controlled } = config;
  if (!isControlKind(featureControl)) return null;
  return controlled === key || (controlled === 'all' && !NOT_OF_ITEMS.includes(key)) ? featureControl : null;
}

/** The modalities that a configuration leaves in. */
export const readModalities = (dataset: Pick<DatasetDocument, 'features'>, config: Config): FeatureInfo[] =>
  modalitiesOf(dataset).filter(({ key }) => controlOf(config, key) !== 'without');
