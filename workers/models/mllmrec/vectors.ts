import { AppError } from '../../../src/domain/errors';
import { newParameter, type Parameter } from '../../engine/parameters';
import { unitRows } from '../../engine/nearest';
import { readAll, sideBySide, type RowSource } from '../../engine/rowSource';
import { historyMean } from '../../graphs/behaviour';
import { multiplyRows, rowRange, type Csr } from '../../graphs/csr';
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
  return { key: input.features.map(({ key }) => key).join(' + '), ...sideBySide(input.features, input.items) };
}

export interface Profiles {
  readonly columns: number;
  /** `[U, columns]`: a parameter, or scaled rows. */
  readonly table: Parameter | RowSource;
  /** What every result says of them; null for profiles of a file. */
  readonly note: string | null;
  /** Before scaling, for the trace. */
  readonly raw: RowSource | null;
}

/** `X_U`: profiles of a file, or a stand-in that is named for what it is. */
export async function userProfiles(
  { input, config, random }: BuildContext<MllmrecConfig>,
  items: FeatureMatrix,
  scale: string,
): Promise<Profiles> {
  const ready = async (raw: RowSource, note: string | null): Promise<Profiles> => ({
    columns: raw.columns,
    raw,
    note,
    table: await scaled(raw, scale),
  });
  switch (config.profiles) {
    case 'history':
      return ready(
        products(historyMean(input.train, input.users, input.items), items),
        'User vectors are a stand-in: the mean of the training history’s item vectors instead of profiles.',
      );
    case 'random': {
      const start = xavierUniform(random('init/userProfiles'), input.users, items.columns);
      return {
        columns: items.columns,
        raw: null,
        note: 'User vectors are a stand-in: random and trained (w/o RS) instead of profiles.',
        table: newParameter('userProfiles', 'user vectors, users × d_t', [input.users, items.columns], start),
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
      return ready(input.userVectors, null);
  }
}

/** Rows of `matrix · items`. The items are held from the first row that is read to the last. */
function products(matrix: Csr, items: RowSource): RowSource {
  let held: Float32Array | null = null;
  return {
    rows: matrix.rows,
    columns: items.columns,
    read: async (first, count) => {
      held ??= await readAll(items);
      const made = multiplyRows(rowRange(matrix, first, count), held, items.columns);
      if (first + count === matrix.rows) held = null;
      return made;
    },
  };
}

export async function scaled(source: RowSource, how: string): Promise<RowSource> {
  if (how === 'l2') return unitRows(source);
  return how === 'zscore' ? standardisedColumns(source) : source;
}

/** Both, for the audit trace. */
export function vectorInputs(items: FeatureMatrix, { raw, note }: Profiles): NamedInput[] {
  return [
    {
      name: 'itemVectors',
      meaning: `X_I: ${items.key}`,
      shape: [items.rows, items.columns],
      read: () => readAll(items),
    },
    ...(raw
      ? [
          {
            name: 'userVectors',
            meaning: `X_U${note ? ', a stand-in' : ''}`,
            shape: [raw.rows, raw.columns],
            read: () => readAll(raw),
          },
        ]
      : []),
  ];
}
