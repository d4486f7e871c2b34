import { describe, expect, it } from 'vitest';
import type { Expert, RoutingStatistics } from '../../src/domain/routing';
import type { RoutedGroup } from '../../src/domain/routes';
import { largestDifference } from '../../src/features/routing/partedBy';
import { userGroups } from '../../src/domain/userGroups';

describe('groups of users', () => {
  it('are what their names have in common before the number', () => {
    const found = userGroups(['vision-driven 0', 'text-driven 1', 'behaviour-driven 2', 'text-driven 3'])!;
    expect(found.names).toEqual(['behaviour-driven', 'text-driven', 'vision-driven']);
    expect([...found.of]).toEqual([2, 1, 0, 1]);
  });

  it('are none where names tell one, too many, or nothing', () => {
    expect(userGroups(null)).toBeNull();
    expect(userGroups([])).toBeNull();
    expect(userGroups(['user 0', 'user 1'])).toBeNull();
    expect(userGroups(['17', '18'])).toBeNull();
    expect(userGroups(['Ann', 'Bob 2', 'Eve 3'])).toBeNull();
    expect(userGroups([...'abcdefghi'].map((letter) => `${letter} 1`))).toBeNull();
  });
});

describe('parts of the data', () => {
  const group = (name: string, mean: readonly number[]): RoutedGroup => ({
    name,
    pairs: 1,
    statistics: { mean } as unknown as RoutingStatistics,
    reliance: [],
    familyMass: [],
  });
  const experts: Expert[] = ['a', 'b'].map((name) => ({ name, family: 'dom', anchor: 0, shares: [] }));

  it('are told apart by the expert that differs most between them', () => {
    const groups = [group('text-driven', [0.4, 0.6]), group('vision-driven', [0.6, 0.4]), group('others', [0.5, 0.5])];
    expect(largestDifference({ groups }, experts)).toBe(
      'The parts differ most in a: .600 for vision-driven, .400 for text-driven (×1.50).',
    );
  });

  it('are said to be routed alike where they are', () => {
    const groups = [group('x', [0.5, 0.5]), group('y', [0.51, 0.49])];
    expect(largestDifference({ groups }, experts)).toMatch(/\(×1\.02\)\. The routing hardly tells them apart\.$/);
    expect(largestDifference({ groups: groups.slice(1) }, experts)).toBeNull();
  });
});
