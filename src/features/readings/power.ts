import type { MetricKey } from '../../domain/metrics';
import { metricLabel } from '../../domain/metrics';
import { detectable, type Scatter } from '../../domain/power';
import { formatMetric, plural } from '../../ui/format';

/** Numbers of seeds that people run. */
const ASKED = [1, 5, 10];

/** What differences the data could show, in words; nothing where it is not known. */
export function powerWords(scatter: Scatter | null, metric: MetricKey): string | null {
  if (!scatter) return null;
  const known = ASKED.flatMap((seeds) => {
    const least = detectable(scatter, seeds);
    return least === null ? [] : [{ seeds, least }];
  });
  const own = detectable(scatter, scatter.seeds);
  const [first, ...rest] = known.length > 0 ? known : own === null ? [] : [{ seeds: scatter.seeds, least: own }];
  if (!first) return null;
  const more = rest.map(({ seeds, least }) => `with ${seeds} ${formatMetric(least)}`).join(', ');
  const unknown =
    scatter.withinUsers === null ? ' How much seeds matter shows once both have run with two seeds or more.' : '';
  return `Differences under ${formatMetric(first.least)} in ${metricLabel(metric)} cannot be told apart here with ${plural(first.seeds, 'seed')}${more && `; ${more}`}. A true difference that large is missed in one comparison of five (α = .05).${unknown}`;
}
