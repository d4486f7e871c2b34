import { at } from '../domain/at';
import { guarded, mappingHeader } from '../domain/csv';
import type { DatasetDocument, DatasetLabels, FeatureInfo } from '../domain/dataset';
import type { Interactions } from '../domain/interactions';
import { yamlText, type YamlLine } from './yaml';

/** Rows of text made at once. */
const ROWS_AT_ONCE = 32_768;

/** A dataset's name as MMRec's command line, folders and files take it: letters, digits, dots, dashes and underscores. */
export function datasetFolder(name: string): string {
  return (
    name
      .normalize('NFKD')
      .replace(/\p{M}/gu, '')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[-.]+|[-.]+$/g, '') || 'dataset'
  );
}

export const featureFile = ({ key }: Pick<FeatureInfo, 'key'>): string => `${key}_feat.npy`;

/**
 * The interactions as MMRec's `.inter`: five columns between tabs, in the stored order, `x_label` 0 training, 1 validation, 2 test. What a
 * dataset lacks is the same in every row, as in the public files: rating 1, timestamp 0.
 */
export async function* interText(
  interactions: Interactions,
  onRows: (rows: number) => void = () => undefined,
): AsyncGenerator<string> {
  const { users, items, ratings, timestamps, split } = interactions;
  yield 'userID\titemID\trating\ttimestamp\tx_label\n';
  for (let first = 0; first < users.length; first += ROWS_AT_ONCE) {
    const end = Math.min(users.length, first + ROWS_AT_ONCE);
    const lines: string[] = [];
    for (let row = first; row < end; row++) {
      lines.push(
        `${at(users, row)}\t${at(items, row)}\t${ratings?.[row] ?? 1}\t${timestamps?.[row] ?? 0}\t${at(split, row)}\n`,
      );
    }
    onRows(end - first);
    yield lines.join('');
  }
}

/** Ids as they were before the import, with their indices; null where the indices say it all. */
export function idMapping(
  scope: 'item' | 'user',
  { statistics, features }: Pick<DatasetDocument, 'statistics' | 'features'>,
  interactions: Interactions,
  labels: DatasetLabels | null,
): string | null {
  const size = scope === 'item' ? statistics.items : statistics.users;
  const originals = scope === 'item' ? labels?.originalItems : labels?.originalUsers;
  const present = new Set(scope === 'item' ? interactions.items : interactions.users);
  // Nobody counts indices that never occur, except the rows of a feature file or of a mapping.
  const counted = present.size === size || features.some((feature) => feature.scope === scope);
  if (!originals && counted) return null;
  const lines = Array.from(
    { length: size },
    (_, index) => `${cell(guarded(originals?.[index] ?? String(index)))}\t${index}\n`,
  );
  return `${mappingHeader(scope).join('\t')}\n${lines.join('')}`;
}

const cell = (text: string): string => (/[\t"\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** The dataset's file for `src/configs/dataset/`. */
export function datasetYaml(
  {
    name,
    fingerprint,
    features,
    statistics,
  }: Pick<DatasetDocument, 'name' | 'fingerprint' | 'features' | 'statistics'>,
  interactions: Interactions,
): string {
  const folder = datasetFolder(name);
  const items = features.filter(({ scope }) => scope === 'item');
  const named = (key: string): string => featureFile({ key });
  const missing = ['image', 'text'].filter((key) => !items.some((feature) => feature.key === key));
  const unread = features.filter(({ key }) => key !== 'image' && key !== 'text');
  const counted = interactions.items.reduce((most, item) => Math.max(most, item + 1), 0);
  const remarks: YamlLine[] = [
    ...(missing.length > 0
      ? [{ remark: `There is no ${missing.map(named).join(' and no ')}: MMRec skips a missing file.` }]
      : []),
    ...(unread.length > 0
      ? [
          {
            remark: `MMRec reads two feature files. ${unread.map(featureFile).join(', ')} can replace one of them here.`,
          },
        ]
      : []),
    ...(counted < statistics.items
      ? [
          {
            remark: `MMRec counts ${counted} items, the largest id + 1. The ${statistics.items - counted} after it have features but no interactions; cut their rows for models that train them.`,
          },
        ]
      : []),
  ];
  return yamlText([
    { remark: `${name}, fingerprint ${fingerprint}, from Lodestone.` },
    { remark: 'Move this file to src/configs/dataset/ and leave its folder in data/.' },
    ['USER_ID_FIELD', 'userID'],
    ['ITEM_ID_FIELD', 'itemID'],
    ['TIME_FIELD', 'timestamp'],
    ['inter_splitting_label', 'x_label'],
    ['filter_out_cod_start_users', true],
    ['inter_file_name', `${folder}.inter`],
    ['vision_feature_file', named('image')],
    ['text_feature_file', named('text')],
    ['field_separator', '\t'],
    ...remarks,
  ]);
}
