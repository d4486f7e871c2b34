import type { BreakdownKey } from '../../domain/routes';

export const BREAKDOWN_NAMES: Readonly<Record<BreakdownKey, string>> = {
  split: 'Split',
  popularity: 'Item popularity',
  activity: 'User activity',
  userGroup: 'User group',
  category: 'Item category',
};
