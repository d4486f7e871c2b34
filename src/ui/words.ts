import { isAttributeKey, type FeatureInfo, type SplitName, type SplitRule } from '../domain/dataset';
import type { BackendChoice, BackendName } from '../domain/backend';
import { plural } from './format';

/** What the page calls things that are keys in documents. */

export const BACKEND_LABELS: Readonly<Record<BackendName, string>> = { webgpu: 'WebGPU', wasm: 'WASM', cpu: 'CPU' };

export const BACKEND_CHOICE_LABELS: Readonly<Record<BackendChoice, string>> = { auto: 'Automatic', ...BACKEND_LABELS };

export const SPLIT_LABELS: Readonly<Record<SplitName, string>> = {
  train: 'Training',
  valid: 'Validation',
  test: 'Test',
};

export const SPLIT_RULE_LABELS: Readonly<Record<SplitRule, string>> = {
  provided: 'As in the files',
  perUserRandom: 'Random within each user',
  globalRandom: 'Random over all interactions',
  leaveOneOut: 'Leave one out per user',
  perUserTemporal: 'By time within each user',
  globalTemporal: 'By time over all interactions',
};

/** `image_text` → `image text`. */
export function featureLabel(key: string): string {
  return key.replaceAll('_', ' ');
}

/** All features of a dataset in a line; encoded attributes are counted. */
export function featuresLabel(features: readonly Pick<FeatureInfo, 'key'>[]): string {
  const attributes = features.filter(({ key }) => isAttributeKey(key)).length;
  return [
    ...features.filter(({ key }) => !isAttributeKey(key)).map(({ key }) => featureLabel(key)),
    ...(attributes > 0 ? [plural(attributes, 'attribute')] : []),
  ].join(', ');
}
