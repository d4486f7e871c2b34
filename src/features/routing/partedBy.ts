import type { RoutedBreakdown, RunRouting } from '../../domain/routes';
import { timesText } from '../../charts/heatScale';
import { probabilityText } from '../readings/ExpertMap';

/** The expert whose mean probability differs most between the parts of the data, in a sentence; null with fewer than two parts. */
export function largestDifference(
  { groups }: Pick<RoutedBreakdown, 'groups'>,
  experts: RunRouting['experts'],
): string | null {
  if (groups.length < 2) return null;
  const [widest] = experts
    .map(({ name }, expert) => {
      const order = groups
        .map((group) => ({ part: group.name, value: group.statistics.mean[expert] ?? 0 }))
        .sort((a, b) => b.value - a.value);
      const most = order[0] ?? { part: '', value: 0 };
      const least = order.at(-1) ?? most;
      return { name, most, least, ratio: most.value / Math.max(least.value, 1e-12) };
    })
    .sort((a, b) => b.ratio - a.ratio);
  if (!widest) return null;
  const { name, most, least, ratio } = widest;
  const words = `The parts differ most in ${name}: ${probabilityText(most.value)} for ${most.part}, ${probabilityText(least.value)} for ${least.part} (${timesText(ratio)})`;
  return `${words}${ratio < 1.1 ? '. The routing hardly tells them apart.' : '.'}`;
}
