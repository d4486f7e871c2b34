import { AppError } from '../../../src/domain/errors';
import { newParameter, type Parameter } from '../../engine/kernels/adam';
import { normaliseRows } from '../../engine/nearest';
import { historyMean } from '../../graphs/behaviour';
import { multiplyRows } from '../../graphs/csr';
import type { BuildContext, FeatureMatrix, NamedInput } from '../model';
import type { MllmrecConfig } from './table';
import { xavierUniform } from '../layers/initialisers';
import { standardisedColumns } from '../layers/scaling';

/** `X_I`: the encoded descriptions, one modality's features, or all modalities' features side by side. */
export function itemVectors({ input, config }: BuildContext<MllmrecConfig>): FeatureMatrix {
  const wanted = config.itemVectors;
  if (wanted === 'auto' && input.itemVectors) return input.itemVectors;
  if (wanted === 'text' || wanted === 'image') {
    const found = input.features.find(({ key }) => key === wanted);
    if (found) return found;
    throw new AppError(
      'MODEL_NEEDS_FEATURES',
      `This dataset has no ${wanted} features.`,
      `Add ${wanted}_feat.npy to the dataset, or choose other item vectors.`,
      { modality: wanted },
    );
  }
  if (input.features.length === 0) {
    throw new AppError(
      'MODEL_NEEDS_FEATURES',
      'MLLMRec needs item vectors, and this dataset has none.',
      'Add image_text_feat.npy or the features of any modality to the dataset, or choose a model without features.',
      { model: 'MLLMRec' },
    );
  }
  const columns = input.features.reduce((sum, feature) => sum + feature.columns, 0);
  const values = new Float32Array(input.items * columns);
  let start = 0;
  for (const feature of input.features) {
    for (let i = 0; i < input.items; i++)
      values.set(feature.values.subarray(i * feature.columns, (i + 1) * feature.columns), i * columns + start);
    start += feature.columns;
  }
  return { key: input.features.map(({ key }) => key).join(' + '), rows: input.items, columns, values };
}

export interface Profiles {
  readonly columns: number;
  /** `[U, columns]`, scaled; empty when they are trained. */
  readonly values: Float32Array;
  readonly trained: Parameter | null;
  /** What every result says of them; null for profiles of a file. */
  readonly note: string | null;
  /** Before scaling, for the trace. */
  readonly raw: Float32Array | null;
}

/** `X_U`: profiles of a file, or a stand-in that is named for what it is. */
export function userProfiles(
  { input, config, random }: BuildContext<MllmrecConfig>,
  items: FeatureMatrix,
  scale: string,
): Profiles {
  const ready = (columns: number, raw: Float32Array, note: string | null): Profiles => ({
    columns,
    raw,
    note,
    trained: null,
    values: scaled({ rows: input.users, columns, values: raw }, scale),
  });
  switch (config.profiles) {
    case 'history':
      return ready(
        items.columns,
        multiplyRows(historyMean(input.train, input.users, input.items), items.values, items.columns),
        'User vectors are a stand-in: the mean of the training history’s item vectors instead of profiles.',
      );
    case 'random': {
      const start = xavierUniform(random('init/userProfiles'), input.users, items.columns);
      return {
        columns: items.columns,
        values: new Float32Array(0),
        raw: null,
        note: 'User vectors are a stand-in: random and trained (w/o RS) instead of profiles.',
        trained: newParameter('userProfiles', 'user vectors, users × d_t', [input.users, items.columns], start),
      };
    }
    case 'file':
      if (!input.userVectors) {
        throw new AppError(
          'MODEL_NEEDS_FEATURES',
          'This dataset has no user profile vectors.',
          'Add user_preferences_feat.npy to the dataset, or choose one of the two stand-ins under “User vectors”.',
          { model: 'MLLMRec' },
        );
      }
      return ready(input.userVectors.columns, input.userVectors.values, null);
  }
}

export function scaled({ rows, columns, values }: Omit<FeatureMatrix, 'key'>, how: string): Float32Array {
  if (how === 'l2') return normaliseRows(values, rows, columns);
  return how === 'zscore' ? standardisedColumns(values, rows, columns) : values.slice();
}

/** Both, for the audit trace. */
export function vectorInputs(items: FeatureMatrix, profiles: Profiles): NamedInput[] {
  return [
    { name: 'itemVectors', meaning: `X_I: ${items.key}`, shape: [items.rows, items.columns], values: items.values },
    ...(profiles.raw
      ? [
          {
            name: 'userVectors',
            meaning: `X_U${profiles.note ? ', a stand-in' : ''}`,
            shape: [profiles.raw.length / profiles.columns, profiles.columns],
            values: profiles.raw,
          },
        ]
      : []),
  ];
}
