import type { DatasetLabels } from '../../domain/dataset';
import type { BreakdownKey } from '../../domain/routes';
import type { Family } from '../../domain/routing';

export const FAMILY_NAMES: Readonly<Record<Family, string>> = {
  dom: 'Dominant',
  bal: 'Balanced',
  com: 'Complementary',
};

export const BREAKDOWN_NAMES: Readonly<Record<BreakdownKey, string>> = {
  split: 'Split',
  popularity: 'Item popularity',
  activity: 'User activity',
  category: 'Item category',
};

export const groupName = (group: string): string => group.charAt(0).toUpperCase() + group.slice(1);

export const itemName = (labels: DatasetLabels | null, item: number): string =>
  labels?.items?.[item] ?? labels?.originalItems?.[item] ?? `item ${item}`;

export const userName = (labels: DatasetLabels | null, user: number): string => labels?.users?.[user] ?? `user ${user}`;

/** Suggestions that a search offers at a time. */
const OFFERED = 12;

/** Indices whose name contains the words, in order; an index itself first. */
export function searchNames(text: string, count: number, name: (index: number) => string): number[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return [];
  const own = /^\d+$/.test(wanted) && Number(wanted) < count ? [Number(wanted)] : [];
  const found: number[] = [...own];
  for (let index = 0; index < count && found.length < OFFERED; index++) {
    if (!own.includes(index) && name(index).toLowerCase().includes(wanted)) found.push(index);
  }
  return found;
}
