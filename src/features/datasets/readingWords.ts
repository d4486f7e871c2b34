import type { ColumnUse, FileAnswer, FileRole, FileTaken } from '../../domain/reading';
import type { Taken } from '../../domain/dataset';
import { formatCount } from '../../ui/format';
import { SPLIT_RULE_LABELS } from '../../ui/words';

export const ROLE_LABELS: Readonly<Record<FileRole, string>> = {
  interactions: 'Interactions',
  train: 'Training interactions',
  valid: 'Validation interactions',
  test: 'Test interactions',
  features: 'Features',
  itemIds: 'Item ids',
  userIds: 'User ids',
  itemNames: 'Names of items',
  unused: 'Not used',
};

export const USE_LABELS: Readonly<Record<ColumnUse, string>> = {
  user: 'User',
  item: 'Item',
  rating: 'Rating',
  timestamp: 'Time',
  split: 'Split',
  positive: 'Outcome',
  original: 'Original id',
  index: 'Index',
  name: 'Name',
  category: 'Category',
};

/** `Features: image, a row per item`. */
export function roleWords({ role = 'interactions', feature }: FileAnswer): string {
  return role === 'features' && feature ? `Features: ${feature.key}, a row per ${feature.scope}` : ROLE_LABELS[role];
}

/** `user = user_id, item = item_id; not used: title, price`. */
export function columnWords({ reading, preview }: FileTaken): string {
  const used = Object.entries(reading.columns ?? {});
  const parts = used.map(([use, column]) => `${use} = ${column}`);
  if (reading.positives) parts.push(`rows with ${reading.positives.join(' or ')}`);
  if (!preview || reading.role === 'unused' || reading.header === false || reading.role === 'features')
    return parts.join(', ');
  const names = new Set(used.map(([, column]) => column));
  const others = preview.columns.filter((column) => column.trim() !== '' && !names.has(column.trim()));
  if (others.length === 0) return parts.join(', ');
  const shown = others.slice(0, MOST_SHOWN).join(', ');
  const more = others.length > MOST_SHOWN ? ` and ${formatCount(others.length - MOST_SHOWN)} more` : '';
  return `${parts.join(', ')}; not used: ${shown}${more}`;
}

const MOST_SHOWN = 8;

/** `it cannot be read` → `It cannot be read.` */
export const sentence = (words: string): string =>
  words === '' ? '' : `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

/** A path without the folder that holds everything. */
export const shortPath = (path: string): string => path.split('/').slice(-2).join('/');

/** Where the split is from. */
export function splitWords(files: readonly FileTaken[], split: Taken['split']): string {
  if (!split) return '';
  if (split.rule !== 'provided')
    return `Split: drawn (${SPLIT_RULE_LABELS[split.rule].toLowerCase()}, seed ${split.seed ?? 0}).`;
  const drawn = split.seed === null ? '' : `; validation drawn from training, seed ${split.seed}`;
  const column = files.find(({ reading }) => reading.columns?.split !== undefined);
  if (column) return `Split: column ${column.reading.columns?.split ?? ''} of ${shortPath(column.path)}${drawn}.`;
  return `Split: by the names of the files${drawn}.`;
}

/** Where ratings or times are from. */
export function useWords(files: readonly FileTaken[], use: 'rating' | 'timestamp', name: string): string {
  const found = files.find(({ reading }) => reading.columns?.[use] !== undefined);
  return found ? `${name}: column ${found.reading.columns?.[use] ?? ''}.` : `${name}: none.`;
}
