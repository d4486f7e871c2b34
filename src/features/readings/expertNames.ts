import type { Family } from '../../domain/routing';

export const FAMILY_NAMES: Readonly<Record<Family, string>> = {
  dom: 'Dominant',
  bal: 'Balanced',
  com: 'Complementary',
};

export const groupName = (group: string): string => group.charAt(0).toUpperCase() + group.slice(1);
