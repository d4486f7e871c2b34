import type { ColumnUse, FileReading, FileRole, FileTaken } from '../../domain/reading';
import { formatCount } from '../../ui/format';

export const ROLE_LABELS: Readonly<Record<FileRole, string>> = {
  interactions: 'Interactions',
  train: 'Training interactions',
  valid: 'Validation interactions',
  test: 'Test interactions',
  features: 'Features',
  itemIds: 'Item ids',
  userIds: 'User ids',
  itemNames: 'Names of items',
  userNames: 'Names of users',
  unused: 'Not used',
};

export const USE_LABELS: Readonly<Record<ColumnUse, string>> = {
  user: 'User',
  item: 'Item',
  rating: 'Rating',
  timestamp: 'Time',
  split: 'Split',
  positive: 'Is an interaction if …',
  original: 'Original id',
  index: 'Index',
  name: 'Name',
  category: 'Category',
};

/** `Features: image, a row per item`. */
export function roleWords({ role, feature }: FileReading): string {
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

/** A path without the folder that holds everything. */
export const shortPath = (path: string): string => path.split('/').slice(-2).join('/');
